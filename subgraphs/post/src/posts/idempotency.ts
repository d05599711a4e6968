import { createHash } from 'node:crypto';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { conflict, validationError } from '@murmuration/service-kit';

export const keyLimits = { characters: 128 } as const;

/** A creating mutation that may be sent again. */
export interface Attempt {
  viewerId: bigint;
  mutation: string;
  key: string;
  inputHash: Uint8Array<ArrayBuffer>;
}

/** @throws UserErrors `ValidationError` of the field `idempotencyKey` */
export function attemptFrom(
  viewerId: bigint,
  mutation: string,
  key: string | null | undefined,
  input: readonly unknown[],
): Attempt | null {
  if (key == null) return null;
  if (key.length < 1 || key.length > keyLimits.characters || !key.isWellFormed() || key.includes('\0')) {
    throw validationError('idempotencyKey', `A key has 1 to ${keyLimits.characters} characters.`);
  }
  const digest = createHash('sha256').update(JSON.stringify(input)).digest();
  return { viewerId, mutation, key, inputHash: new Uint8Array(digest) };
}

const resultOfKey = {
  name: 'result-of-key',
  text: `SELECT result_id AS "resultId", encode(input_hash, 'hex') AS "inputHash" FROM idempotency_key
    WHERE viewer_id = $1 AND mutation = $2 AND key = $3`,
} as const;

/**
 * What the same attempt made before, or null if it is the first.
 * @throws UserErrors `Conflict` when the key was used with another input
 */
export async function findResult(database: PostDatabase, attempt: Attempt): Promise<bigint | null> {
  const { viewerId, mutation, key, inputHash } = attempt;
  const [stored] = await database.$reads.query<{ resultId: bigint; inputHash: string }>(resultOfKey, [
    viewerId,
    mutation,
    key,
  ]);
  if (!stored) return null;
  if (stored.inputHash !== Buffer.from(inputHash).toString('hex')) {
    throw conflict('This idempotency key was used with another input.', {
      code: 'IDEMPOTENCY_KEY_REUSED',
      path: ['idempotencyKey'],
    });
  }
  return stored.resultId;
}

/**
 * Two CTEs, `claimed` and `admitted`: the new id goes on only if nobody has the key. Of two at once the
 * second waits here until the first has committed, at most the connection's lock timeout.
 */
export function claimSql(attempt: Attempt | null): Prisma.Sql {
  if (attempt === null) return Prisma.sql`admitted AS (SELECT id FROM fresh)`;
  return Prisma.sql`claimed AS (
      INSERT INTO idempotency_key (viewer_id, mutation, key, input_hash, result_id)
      SELECT ${attempt.viewerId}::bigint, ${attempt.mutation}, ${attempt.key}, ${attempt.inputHash}::bytea, id
      FROM fresh ON CONFLICT DO NOTHING RETURNING result_id),
    admitted AS (SELECT result_id AS id FROM claimed)`;
}

const lockNotAvailable = '55P03';

/** Whether a statement gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === lockNotAvailable;
}
