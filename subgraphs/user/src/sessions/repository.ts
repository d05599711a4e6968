import type { SessionId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { currentTraceContext } from '@murmuration/service-kit';
import type { Role } from '../moderation/policy.ts';
import { isHidden } from '../accounts/hidden.ts';
import { type Credentials, holdAccount, stillHolds } from '../accounts/repository.ts';
import { type Statements, transact } from '../statements.ts';
import type { Device } from './device.ts';

/** A session that nobody continues for this long ends by itself. */
export const sessionLifeDays = 30;
/** Within this time of a rotation the old token gets the same successor again: a lost answer is no theft. */
export const rotationGraceMs = 30_000;

export interface SessionState {
  accountId: UserId;
  role: Role;
  currentNumber: number;
  /** Of the newest token. */
  tokenHash: Uint8Array;
  isLive: boolean;
  /** The newest token was made within {@link rotationGraceMs}. */
  isFresh: boolean;
  /** Its account is suspended, or was left. */
  isHidden: boolean;
}

const life = Prisma.raw(`interval '${sessionLifeDays} days'`);
const roleOfOwner = Prisma.raw('(SELECT role FROM account WHERE id = account_id) AS role');
const grace = Prisma.raw(`interval '${rotationGraceMs} milliseconds'`);

export async function takeSessionId(database: UserDatabase): Promise<SessionId> {
  const [row] = await database.$queryRaw<{ id: bigint }[]>`SELECT next_id() AS id`;
  if (!row) throw new Error('no id came');
  return row.id;
}

/**
 * Opens a session for whom what was verified is still true of. A change of the password, or whatever else hides the account,
 * that is under way is waited for, and one that comes after it finds the session and ends it.
 * @returns what its owner may do; null when it does not hold any more
 */
export function insertSession(
  database: UserDatabase,
  shown: Credentials,
  session: { id: SessionId; tokenHash: Uint8Array<ArrayBuffer>; deviceName: string | null },
  device: Device,
): Promise<Role | null> {
  return transact(database, async (transaction) => {
    await holdAccount(transaction, shown.id);
    const [row] = await transaction.$queryRaw<{ role: Role }[]>`
      WITH owner AS (SELECT id, role FROM account WHERE ${stillHolds(shown)}), opened AS (
        INSERT INTO session (id, account_id, token_hash, expires_at, device_name, client, network)
        SELECT ${session.id}::bigint, owner.id, ${session.tokenHash}::bytea, clock_timestamp() + ${life},
          ${session.deviceName}, ${device.client}, ${device.network} FROM owner)
      SELECT role FROM owner`;
    return row?.role ?? null;
  });
}

/**
 * Makes `next` the newest token of the family, if `number` still is, and notes where. Of two that try at once one wins.
 * @returns whose session it is and what they may do, or null when it could not be rotated
 */
export async function rotate(
  database: UserDatabase,
  turn: { id: SessionId; number: number; hash: Uint8Array<ArrayBuffer>; nextHash: Uint8Array<ArrayBuffer> },
  device: Device,
): Promise<{ accountId: UserId; role: Role } | null> {
  const [row] = await database.$queryRaw<{ accountId: bigint; role: Role }[]>`
    UPDATE session SET current_number = current_number + 1, token_hash = ${turn.nextHash},
      rotated_at = clock_timestamp(), expires_at = clock_timestamp() + ${life},
      client = coalesce(${device.client}::text, client), network = coalesce(${device.network}::text, network)
    WHERE id = ${turn.id} AND current_number = ${turn.number} AND token_hash = ${turn.hash}
      AND revoked_at IS NULL AND expires_at > clock_timestamp()
      AND EXISTS (SELECT FROM account a WHERE a.id = account_id AND NOT ${Prisma.raw(isHidden('a.'))})
    RETURNING account_id AS "accountId", ${roleOfOwner}`;
  return row ?? null;
}

export async function findSession(database: UserDatabase, id: SessionId): Promise<SessionState | null> {
  const [row] = await database.$queryRaw<SessionState[]>`
    SELECT s.account_id AS "accountId", a.role, s.current_number AS "currentNumber", s.token_hash AS "tokenHash",
      s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AS "isLive",
      s.rotated_at > clock_timestamp() - ${grace} AS "isFresh",
      ${Prisma.raw(isHidden('a.'))} AS "isHidden"
    FROM session s JOIN account a ON a.id = s.account_id WHERE s.id = ${id}`;
  return row ?? null;
}

/** Which of an account's sessions: all, one, or all but one. */
export type Which = 'all' | { only: SessionId } | { allBut: SessionId | null };

/** Ends those of an account's sessions that still live, each with its event. @returns those that this call ended */
export async function revokeSessions(
  statements: Statements,
  accountId: UserId,
  which: Which,
): Promise<SessionId[]> {
  const rows = await statements.$queryRaw<{ id: bigint }[]>`
    WITH ended AS (
      UPDATE session SET revoked_at = clock_timestamp()
      WHERE revoked_at IS NULL AND expires_at > clock_timestamp() AND account_id = ${accountId} ${conditionOf(which)}
      RETURNING id, account_id
    ), events AS (
      INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
      SELECT 'session', id::text, 1, 'session.ended',
        jsonb_build_object('sessionId', id::text, 'userId', account_id::text), ${currentTraceContext()}::text
      FROM ended)
    SELECT id FROM ended`;
  return rows.map((row) => row.id);
}

function conditionOf(which: Which): Prisma.Sql {
  if (which === 'all') return Prisma.empty;
  return 'only' in which
    ? Prisma.sql`AND id = ${which.only}`
    : Prisma.sql`AND id IS DISTINCT FROM ${which.allBut}::bigint`;
}

/** Sessions whose access tokens might still be within their life. */
export async function findRevoked(database: UserDatabase, withinMs: number): Promise<SessionId[]> {
  const rows = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM session WHERE revoked_at > clock_timestamp() - ${withinMs} * interval '1 millisecond'`;
  return rows.map((row) => row.id);
}
