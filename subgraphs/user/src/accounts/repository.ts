import type { PasskeyId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import {
  addressColumns,
  addressValues,
  hasAddress,
  type SealedAddress,
  type StoredAddress,
} from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { mailTo } from '../mail/repository.ts';
import { eventsOf } from '../outbox-sql.ts';
import { isHidden } from './hidden.ts';
import type { Statements } from '../statements.ts';
import { returningPlace, writtenAt } from '../written.ts';

export interface NewAccount {
  id: UserId;
  handle: string;
  address: SealedAddress;
  passwordHash: string;
  displayName: string;
}

/** What signing in needs to know; never leaves this folder and `sessions/`. */
export interface Credentials extends StoredAddress {
  id: UserId;
  handle: string;
  passwordHash: string;
  isSuspended: boolean;
  /** Left by its owner: whoever signs in is back. */
  isDeactivated: boolean;
  /** Signing in takes a code besides the password. */
  hasSecondFactor: boolean;
  /** What was shown in place of the password. */
  passkeyId?: PasskeyId;
}

const credentials = Prisma.raw(
  `id, handle, email, email_sealed AS "emailSealed", password_hash AS "passwordHash", suspended_at IS NOT NULL AS "isSuspended",
    deactivated_at IS NOT NULL AS "isDeactivated",
    EXISTS (SELECT FROM second_factor f WHERE f.account_id = account.id AND f.confirmed_at IS NOT NULL) AS "hasSecondFactor"`,
);

/**
 * Waits for a change of the account, its password or its second factor that is under way, and keeps off the next one until the
 * transaction ends. What is read besides must be read by a statement after this one: one that waits sees other tables as
 * they were before.
 */
export async function holdAccount(transaction: Statements, id: UserId): Promise<void> {
  await transaction.$executeRaw`SELECT FROM account WHERE id = ${id} FOR SHARE`;
}

/**
 * SQL that says of a row of `account` that it is the one that was found, with the password, or the passkey, that was verified,
 * and that it is still there for its owner. For a statement behind `holdAccount`.
 */
export function stillHolds({ hasSecondFactor, id, passkeyId, passwordHash }: Credentials): Prisma.Sql {
  const hasPasskey =
    passkeyId === undefined
      ? Prisma.empty
      : Prisma.sql`AND EXISTS (SELECT FROM passkey p WHERE p.id = ${passkeyId} AND p.account_id = account.id)`;
  return Prisma.sql`account.id = ${id} AND account.password_hash = ${passwordHash} AND account.erasing_at IS NULL
    AND NOT ${Prisma.raw(isHidden('account.'))} ${hasPasskey}
    AND (${hasSecondFactor} OR NOT EXISTS (
      SELECT FROM second_factor f WHERE f.account_id = account.id AND f.confirmed_at IS NOT NULL))`;
}

/**
 * Opens an account and asks by mail whether the address is the person's.
 * @throws Prisma's unique violation when the handle is taken
 */
export async function insertAccount(
  database: UserDatabase,
  { address, displayName, handle, id, passwordHash }: NewAccount,
): Promise<Credentials & { writtenAt: string }> {
  const [row] = await database.$queryRaw<(Credentials & { writtenAt: string })[]>`
    WITH changed AS (
      INSERT INTO account (id, handle, ${addressColumns}, password_hash, display_name)
      VALUES (${id}, ${handle}, ${addressValues(address)}, ${passwordHash}, ${displayName})
      RETURNING *
    ), mailed AS (${mailTo('verify-email', 'changed')}
    ), events AS (${eventsOf('account')} ${returningPlace})
    SELECT id, handle, email, email_sealed AS "emailSealed", password_hash AS "passwordHash", false AS "isSuspended",
      false AS "isDeactivated", false AS "hasSecondFactor", ${writtenAt} AS "writtenAt" FROM changed`;
  if (!row) throw new Error('the new account was not returned');
  return row;
}

/**
 * The number of an account that is about to be opened: its address is sealed for it.
 * @returns null when somebody has the handle, or one that looks like it
 */
export async function takeAccountId(database: UserDatabase, handle: string): Promise<UserId | null> {
  const [row] = await database.$queryRaw<{ id: UserId; isTaken: boolean }[]>`
    SELECT next_id() AS id, EXISTS (SELECT FROM account WHERE handle_key = handle_skeleton(${handle}))
        OR EXISTS (SELECT FROM account WHERE handle_look(handle) = handle_look(${handle}))
        OR handle_rests(${handle}, 0) AS "isTaken"`;
  return !row || row.isTaken ? null : row.id;
}

/** Unless it was changed meanwhile. */
export async function replacePasswordHash(
  database: UserDatabase,
  { id, passwordHash }: Credentials,
  next: string,
): Promise<void> {
  await database.$executeRaw`
    UPDATE account SET password_hash = ${next} WHERE id = ${id} AND password_hash = ${passwordHash}`;
}

/**
 * By a handle or an address. Of the accounts that claim one address it is the one that has it verified; while none has,
 * the oldest.
 */
export async function findCredentials(
  database: Statements,
  addresses: Addresses,
  handleOrEmail: string,
): Promise<Credentials | null> {
  if (handleOrEmail.includes('\0')) return null; // Postgres has no such text
  const condition = handleOrEmail.slice(1).includes('@')
    ? hasAddress(await addresses.find(handleOrEmail))
    : Prisma.sql`lower(handle) = ${handleOrEmail.replace(/^@/, '').toLowerCase()}`;
  const [row] = await database.$queryRaw<Credentials[]>`
    SELECT ${credentials} FROM account WHERE ${condition} AND erasing_at IS NULL
    ORDER BY email_verified_at IS NULL, id LIMIT 1`;
  return row ?? null;
}

/** Of somebody who is signed in, or has a link; null when they are gone. */
export async function findCredentialsById(database: Statements, id: UserId): Promise<Credentials | null> {
  const [row] = await database.$queryRaw<Credentials[]>`
    SELECT ${credentials} FROM account WHERE id = ${id} AND erasing_at IS NULL`;
  return row ?? null;
}
