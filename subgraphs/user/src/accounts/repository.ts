import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { eventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import { skeletonOf } from './handle.ts';

export interface NewAccount {
  handle: string;
  email: string;
  passwordHash: string;
  displayName: string;
}

/** What signing in needs to know; never leaves this folder and `sessions/`. */
export interface Credentials {
  id: UserId;
  passwordHash: string;
  isSuspended: boolean;
}

/** E-mail addresses differ in no way that people mean by their letter case. */
export function emailKeyOf(email: string): string {
  return email.toLowerCase();
}

/** @throws Prisma's unique violation when the handle or the address is taken */
export async function insertAccount(
  database: UserDatabase,
  account: NewAccount,
): Promise<{ id: UserId; writtenAt: string }> {
  const [row] = await database.$queryRaw<{ id: bigint; writtenAt: string }[]>`
    WITH changed AS (
      INSERT INTO account (handle, handle_key, email, email_key, password_hash, display_name)
      VALUES (${account.handle}, ${skeletonOf(account.handle)}, ${account.email}, ${emailKeyOf(account.email)},
        ${account.passwordHash}, ${account.displayName})
      RETURNING *
    ), events AS (${eventsOf('account')} ${returningPlace})
    SELECT id, ${writtenAt} AS "writtenAt" FROM changed`;
  if (!row) throw new Error('the new account was not returned');
  return row;
}

export async function findCredentials(
  database: UserDatabase,
  handleOrEmail: string,
): Promise<Credentials | null> {
  if (handleOrEmail.includes('\0')) return null; // Postgres has no such text
  const condition = handleOrEmail.slice(1).includes('@')
    ? Prisma.sql`email_key = ${emailKeyOf(handleOrEmail)}`
    : Prisma.sql`lower(handle) = ${handleOrEmail.replace(/^@/, '').toLowerCase()}`;
  const [row] = await database.$queryRaw<Credentials[]>`
    SELECT id, password_hash AS "passwordHash", suspended_at IS NOT NULL AS "isSuspended"
    FROM account WHERE ${condition}`;
  return row ?? null;
}
