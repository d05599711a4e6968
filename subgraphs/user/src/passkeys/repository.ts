import type { PasskeyId, SessionId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { conflict, limitReached } from '@murmuration/service-kit';
import type { Challenge } from '../challenges/challenges.ts';
import { spend } from '../challenges/spend.ts';
import { mailAccount } from '../mail/repository.ts';
import { lockAccount, takeConfirmationsBack } from '../second-factor/repository.ts';
import { type Statements, transact } from '../statements.ts';

/** A passkey as its owner reads it. */
export interface PasskeyView {
  id: PasskeyId;
  name: string | null;
  isSynced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** What an authenticator made. */
export interface NewPasskey {
  credentialId: Uint8Array<ArrayBuffer>;
  publicKey: Uint8Array<ArrayBuffer>;
  signCount: number;
  transports: readonly string[];
  isSynced: boolean;
  name: string | null;
}

/** What is needed to believe it. */
export interface KnownPasskey {
  id: PasskeyId;
  accountId: UserId;
  credentialId: Uint8Array<ArrayBuffer>;
  publicKey: Uint8Array<ArrayBuffer>;
}

const columns = Prisma.raw(
  `id, name, is_synced AS "isSynced", created_at AS "createdAt", last_used_at AS "lastUsedAt"`,
);

export function findPasskeys(statements: Statements, accountId: UserId): Promise<PasskeyView[]> {
  return statements.$queryRaw<PasskeyView[]>`
    SELECT ${columns} FROM passkey WHERE account_id = ${accountId} ORDER BY id DESC`;
}

/** How browsers are told of those that somebody has. */
export function findCredentialIds(
  statements: Statements,
  accountId: UserId,
): Promise<{ credentialId: Uint8Array; transports: string[] }[]> {
  return statements.$queryRaw`
    SELECT credential_id AS "credentialId", transports FROM passkey WHERE account_id = ${accountId} ORDER BY id`;
}

export async function findByCredential(
  statements: Statements,
  credentialId: Uint8Array<ArrayBuffer>,
): Promise<KnownPasskey | null> {
  const [row] = await statements.$queryRaw<KnownPasskey[]>`
    SELECT id, account_id AS "accountId", credential_id AS "credentialId", public_key AS "publicKey"
    FROM passkey WHERE credential_id = ${credentialId}`;
  return row ?? null;
}

/**
 * Adds one, uses its challenge up, and tells the person, all or nothing. Other sessions must confirm anew.
 * @param by the session that asks
 * @throws UserErrors `LimitReached`; `Conflict` when somebody has it; of the challenge
 */
export function insertPasskey(
  database: UserDatabase,
  accountId: UserId,
  by: SessionId | null,
  added: { passkey: NewPasskey; challenge: Challenge; maxPasskeys: number },
): Promise<PasskeyView> {
  const { challenge, maxPasskeys, passkey } = added;
  return transact(database, async (transaction) => {
    // One after the other: each must see how many there are.
    if (!(await lockAccount(transaction, accountId))) throw conflict('This account does not exist any more.');
    await spend(transaction, challenge, ['credential']);
    const [count] = await transaction.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM passkey WHERE account_id = ${accountId}`;
    refuseTooMany(count?.count ?? 0, maxPasskeys);
    const [view] = await transaction.$queryRaw<PasskeyView[]>`
      INSERT INTO passkey (account_id, credential_id, public_key, sign_count, transports, is_synced, name)
      VALUES (${accountId}, ${passkey.credentialId}, ${passkey.publicKey}, ${passkey.signCount}::bigint,
        ${passkey.transports}::text[], ${passkey.isSynced}, ${passkey.name})
      ON CONFLICT (credential_id) DO NOTHING RETURNING ${columns}`;
    if (!view) throw conflict('This passkey was added before.', { path: ['credential'] });
    await takeConfirmationsBack(transaction, accountId, by);
    await mailAccount(transaction, accountId, 'passkey-added');
    return view;
  });
}

/** @throws UserErrors `LimitReached` */
export function refuseTooMany(count: number, maxPasskeys: number): void {
  if (count >= maxPasskeys)
    throw limitReached(maxPasskeys, 'You have as many passkeys as one may. Take one away first.');
}

/**
 * Uses the challenge up and notes that the passkey signed. Of two signatures that say the same count one is taken.
 * @returns `count went back` for one that had signed as often, or oftener, before: there may be a copy of it; `gone` when it
 *   was taken away meanwhile. The challenge is used up by either.
 * @throws UserErrors of the challenge
 */
export function notePasskeyUse(
  database: UserDatabase,
  use: { id: PasskeyId; challenge: Challenge; signCount: number; isSynced: boolean },
): Promise<'noted' | 'count went back' | 'gone'> {
  return transact(database, async (transaction) => {
    await spend(transaction, use.challenge, ['credential']);
    const noted = await transaction.$executeRaw`
      UPDATE passkey SET sign_count = ${use.signCount}::bigint, is_synced = ${use.isSynced},
        last_used_at = clock_timestamp()
      WHERE id = ${use.id} AND (sign_count < ${use.signCount}::bigint OR (sign_count = 0 AND ${use.signCount}::bigint = 0))`;
    if (noted > 0) return 'noted';
    const left = await transaction.$queryRaw<object[]>`SELECT 1 FROM passkey WHERE id = ${use.id}`;
    return left.length > 0 ? 'count went back' : 'gone';
  });
}

/** @returns the passkey under its new name, or null when the account has no such passkey */
export async function putPasskeyName(
  statements: Statements,
  accountId: UserId,
  id: PasskeyId,
  name: string | null,
): Promise<PasskeyView | null> {
  const [row] = await statements.$queryRaw<PasskeyView[]>`
    UPDATE passkey SET name = ${name} WHERE id = ${id} AND account_id = ${accountId} RETURNING ${columns}`;
  return row ?? null;
}

/** Tells the person; other sessions must confirm anew. Whoever signs in by it meanwhile waits, and does not come in. @returns false when there was none */
export function deletePasskey(
  database: UserDatabase,
  accountId: UserId,
  by: SessionId | null,
  id: PasskeyId,
): Promise<boolean> {
  return transact(database, async (transaction) => {
    const isThere = await lockAccount(transaction, accountId);
    const gone = await transaction.$executeRaw`
      DELETE FROM passkey WHERE id = ${id} AND account_id = ${accountId}`;
    if (gone === 0 || !isThere) return false;
    await takeConfirmationsBack(transaction, accountId, by);
    await mailAccount(transaction, accountId, 'passkey-removed');
    return true;
  });
}
