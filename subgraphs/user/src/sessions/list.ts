import {
  type Connection,
  connectionFrom,
  cursorCodec,
  type Page,
  type PageArguments,
  pageFrom,
  type SessionId,
  type UserId,
} from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import type { Statements } from '../statements.ts';
import type { Device } from './device.ts';

/** A session as its owner reads it. */
export interface SessionView extends Device {
  id: SessionId;
  deviceName: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

const codec = cursorCodec('sessions');
const beyondEveryId = (1n << 63n) - 1n;
const columns = Prisma.raw(`id, device_name AS "deviceName", client, network, created_at AS "createdAt",
  rotated_at AS "lastUsedAt", expires_at AS "expiresAt"`);
const isLive = Prisma.raw('revoked_at IS NULL AND expires_at > clock_timestamp()');

/** Those of an account's sessions that live, newest first. @throws GraphQLError `BAD_USER_INPUT` */
export async function readSessions(
  database: UserDatabase,
  accountId: UserId,
  args: PageArguments,
): Promise<Connection<SessionView>> {
  const page = pageFrom(args, codec);
  const rows = await findSessions(database, accountId, page);
  return connectionFrom(rows, page, codec, (session) => ({ key: session.id, node: session }));
}

function findSessions(database: UserDatabase, accountId: UserId, page: Page): Promise<SessionView[]> {
  const order = Prisma.raw(page.direction === 'forward' ? 'DESC' : 'ASC');
  return database.$queryRaw<SessionView[]>`
    SELECT ${columns} FROM session WHERE account_id = ${accountId} AND ${isLive}
      AND id < ${page.after ?? beyondEveryId}::bigint AND id > ${page.before ?? 0n}::bigint
    ORDER BY id ${order} LIMIT ${page.limit + 1}`;
}

/** @returns the session under its new name, or null when the account has no such session that lives */
export async function putDeviceName(
  statements: Statements,
  accountId: UserId,
  id: SessionId,
  name: string | null,
): Promise<SessionView | null> {
  const [row] = await statements.$queryRaw<SessionView[]>`
    UPDATE session SET device_name = ${name} WHERE id = ${id} AND account_id = ${accountId} AND ${isLive}
    RETURNING ${columns}`;
  return row ?? null;
}

/** Whether a session is the account's, ended or not, as long as its row is kept. */
export async function isOwnSession(
  statements: Statements,
  accountId: UserId,
  id: SessionId,
): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`
    SELECT 1 FROM session WHERE id = ${id} AND account_id = ${accountId}`;
  return rows.length > 0;
}
