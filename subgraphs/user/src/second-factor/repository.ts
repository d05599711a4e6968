import type { SessionId, UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { Sealed } from '@murmuration/service-kit';
import { type Credentials, holdAccount, stillHolds } from '../accounts/repository.ts';
import { mailAccount } from '../mail/repository.ts';
import { removeAllPasskeys } from '../passkeys/remove-all.ts';
import { revokeSessions } from '../sessions/repository.ts';
import { type Statements, transact } from '../statements.ts';

export interface SecondFactor {
  sealed: Sealed;
  confirmedAt: Date | null;
}

export async function findSecondFactor(
  statements: Statements,
  id: UserId,
): Promise<(SecondFactor & { handle: string }) | null> {
  const [row] = await statements.$queryRaw<
    { secret: Uint8Array; keyId: string; confirmedAt: Date | null; handle: string }[]
  >`
    SELECT f.secret, f.key_id AS "keyId", f.confirmed_at AS "confirmedAt", a.handle
    FROM second_factor f JOIN account a ON a.id = f.account_id WHERE f.account_id = ${id}`;
  if (!row) return null;
  const { confirmedAt, handle, keyId, secret } = row;
  return { sealed: { keyId, box: Buffer.from(secret) }, confirmedAt, handle };
}

/** Over one that was not confirmed. @returns false when one is confirmed already */
export async function putUnconfirmed(statements: Statements, id: UserId, sealed: Sealed): Promise<boolean> {
  const changed = await statements.$executeRaw`
    INSERT INTO second_factor AS f (account_id, secret, key_id)
    VALUES (${id}, ${new Uint8Array(sealed.box)}, ${sealed.keyId})
    ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, key_id = excluded.key_id,
      created_at = clock_timestamp() WHERE f.confirmed_at IS NULL`;
  return changed > 0;
}

/**
 * Confirms the one that was put, with the codes that replace it, and tells the person. Other sessions must confirm anew.
 * @param by the session that asks, as below
 * @returns false when it was put anew or confirmed meanwhile
 */
export function confirm(
  database: UserDatabase,
  id: UserId,
  by: SessionId | null,
  of: { sealed: Sealed; step: bigint; hashes: readonly Uint8Array[] },
): Promise<boolean> {
  return transact(database, async (transaction) => {
    const isThere = await lockAccount(transaction, id);
    const changed = await transaction.$executeRaw`
      UPDATE second_factor SET confirmed_at = clock_timestamp(), last_step = ${of.step}
      WHERE account_id = ${id} AND confirmed_at IS NULL AND secret = ${new Uint8Array(of.sealed.box)}`;
    if (changed === 0 || !isThere) return false;
    await putCodes(transaction, id, of.hashes);
    await takeConfirmationsBack(transaction, id, by);
    await mailAccount(transaction, id, 'second-factor-on');
    return true;
  });
}

/** @returns false when a code of this step, or a later one, was used: each is good once */
export async function useStep(statements: Statements, id: UserId, step: bigint): Promise<boolean> {
  const changed = await statements.$executeRaw`
    UPDATE second_factor SET last_step = ${step}
    WHERE account_id = ${id} AND confirmed_at IS NOT NULL AND last_step < ${step}`;
  return changed > 0;
}

/** @returns false when there is no such code, or it was used */
export async function useRecoveryCode(
  statements: Statements,
  id: UserId,
  hash: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const changed = await statements.$executeRaw`
    UPDATE recovery_code SET used_at = clock_timestamp()
    WHERE account_id = ${id} AND code_hash = ${hash} AND used_at IS NULL`;
  return changed > 0;
}

export async function countRecoveryCodes(statements: Statements, id: UserId): Promise<number> {
  const [row] = await statements.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM recovery_code WHERE account_id = ${id} AND used_at IS NULL`;
  return row?.count ?? 0;
}

/** Other codes in place of those of before; other sessions must confirm anew. @returns false when there is no second factor that they could replace */
export function renewCodes(
  database: UserDatabase,
  id: UserId,
  by: SessionId | null,
  hashes: readonly Uint8Array[],
): Promise<boolean> {
  return transact(database, async (transaction) => {
    await lockAccount(transaction, id);
    const [row] = await transaction.$queryRaw<object[]>`
      SELECT 1 FROM second_factor WHERE account_id = ${id} AND confirmed_at IS NOT NULL FOR NO KEY UPDATE`;
    if (!row) return false;
    await putCodes(transaction, id, hashes);
    await takeConfirmationsBack(transaction, id, by);
    return true;
  });
}

/** Tells the person; other sessions must confirm anew. @returns false when there was none */
export function removeSecondFactor(
  database: UserDatabase,
  id: UserId,
  by: SessionId | null,
): Promise<boolean> {
  return transact(database, async (transaction) => {
    const { isThere, wasOn } = await deleteSecondFactor(transaction, id);
    if (!wasOn || !isThere) return false;
    await mailAccount(transaction, id, 'second-factor-off');
    await takeConfirmationsBack(transaction, id, by);
    return true;
  });
}

/** For somebody who lost it: their passkeys go too, they are told, and all their sessions end. @returns these; null when there was nothing to take */
export function resetSecondFactor(database: UserDatabase, id: UserId): Promise<SessionId[] | null> {
  return transact(database, async (transaction) => {
    const { isThere, wasOn } = await deleteSecondFactor(transaction, id);
    const passkeys = await removeAllPasskeys(transaction, id);
    if (!isThere || (!wasOn && passkeys === 0)) return null;
    await mailAccount(transaction, id, 'second-factor-reset');
    return revokeSessions(transaction, id, 'all');
  });
}

/** One that was never confirmed goes as well. @returns whether somebody is to be told, and whether it was on */
async function deleteSecondFactor(
  statements: Statements,
  id: UserId,
): Promise<{ isThere: boolean; wasOn: boolean }> {
  const isThere = await lockAccount(statements, id);
  const gone = await statements.$queryRaw<{ wasOn: boolean }[]>`
    DELETE FROM second_factor WHERE account_id = ${id} RETURNING confirmed_at IS NOT NULL AS "wasOn"`;
  await statements.$executeRaw`DELETE FROM recovery_code WHERE account_id = ${id}`;
  return { isThere, wasOn: gone.some((row) => row.wasOn) };
}

async function putCodes(statements: Statements, id: UserId, hashes: readonly Uint8Array[]): Promise<void> {
  await statements.$executeRaw`DELETE FROM recovery_code WHERE account_id = ${id}`;
  const texts = hashes.map((hash) => Buffer.from(hash).toString('hex'));
  await statements.$executeRaw`
    INSERT INTO recovery_code (account_id, code_hash)
    SELECT ${id}::bigint, decode(text, 'hex') FROM unnest(${texts}::text[]) AS text`;
}

/** Whoever signs in, or confirms, by what is about to change waits. @returns false when the account is gone */
export async function lockAccount(statements: Statements, id: UserId): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`SELECT 1 FROM account WHERE id = ${id} FOR NO KEY UPDATE`;
  return rows.length > 0;
}

/** Of all sessions but one: they were given for what has changed since. */
export async function takeConfirmationsBack(
  statements: Statements,
  id: UserId,
  butOf: SessionId | null,
): Promise<void> {
  await statements.$executeRaw`
    UPDATE session SET confirmed_at = NULL
    WHERE account_id = ${id} AND confirmed_at IS NOT NULL AND id IS DISTINCT FROM ${butOf}::bigint`;
}

/**
 * That whoever uses the session has shown that it is them.
 * @param shown what they showed; it must still be so
 * @returns until when that holds; null without such a session
 */
export function confirmSession(
  database: UserDatabase,
  shown: Credentials,
  sessionId: SessionId,
  lifeMs: number,
): Promise<Date | null> {
  return transact(database, async (transaction) => {
    await holdAccount(transaction, shown.id);
    const [row] = await transaction.$queryRaw<{ until: Date }[]>`
      WITH owner AS (SELECT id FROM account WHERE ${stillHolds(shown)})
      UPDATE session SET confirmed_at = clock_timestamp() FROM owner
      WHERE session.id = ${sessionId} AND account_id = owner.id AND revoked_at IS NULL
      RETURNING confirmed_at + ${lifeMs}::bigint * interval '1 millisecond' AS until`;
    return row?.until ?? null;
  });
}

export async function isConfirmed(
  statements: Statements,
  id: UserId,
  sessionId: SessionId | null,
  lifeMs: number,
): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`
    SELECT 1 FROM session WHERE id = ${sessionId} AND account_id = ${id} AND revoked_at IS NULL
      AND confirmed_at > clock_timestamp() - ${lifeMs}::bigint * interval '1 millisecond'`;
  return rows.length > 0;
}

/** Secrets that another key than this one wraps, some at a time. */
export async function findWrappedOtherwise(
  statements: Statements,
  keyId: string,
  limit: number,
): Promise<{ accountId: UserId; sealed: Sealed }[]> {
  const rows = await statements.$queryRaw<{ accountId: bigint; secret: Uint8Array; keyId: string }[]>`
    SELECT account_id AS "accountId", secret, key_id AS "keyId" FROM second_factor WHERE key_id <> ${keyId} LIMIT ${limit}`;
  return rows.map(({ accountId, keyId: by, secret }) => ({
    accountId,
    sealed: { keyId: by, box: Buffer.from(secret) },
  }));
}

/** Unless it is another secret by now. */
export async function replaceSealed(
  statements: Statements,
  id: UserId,
  before: Sealed,
  after: Sealed,
): Promise<void> {
  await statements.$executeRaw`
    UPDATE second_factor SET secret = ${new Uint8Array(after.box)}, key_id = ${after.keyId}
    WHERE account_id = ${id} AND secret = ${new Uint8Array(before.box)}`;
}
