import type { UserId } from '@murmuration/ids';
import { Prisma } from '@murmuration/prisma/user';
import {
  addressColumns,
  addressValues,
  type SealedAddress,
  type SoughtAddress,
  isTo,
  type StoredAddress,
  storedAddress,
} from '../addresses/address.ts';
import type { Statements } from '../statements.ts';
import { linkLifeMs, type LinkKind, type MailKind } from './kinds.ts';

const mailedAddress = Prisma.raw('email, email_sealed, email_digest, email_keys');

/** Body of a CTE that sends a mail for each row of `source`, which has the columns `id` and `email…` of an account. */
export function mailTo(kind: MailKind, source: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO mail (account_id, kind, ${mailedAddress}, expires_at)
    SELECT id, ${kind}, ${mailedAddress}, clock_timestamp() + ${linkLifeMs[kind]}::bigint * interval '1 millisecond'
    FROM ${Prisma.raw(source)}`;
}

/** Sends a mail to the address that an account has. */
export async function mailAccount(statements: Statements, id: UserId, kind: MailKind): Promise<void> {
  await statements.$executeRaw`
    WITH recipient AS (SELECT * FROM account WHERE id = ${id}) ${mailTo(kind, 'recipient')}`;
}

/** Sends a mail to an address that an account does not have. */
export async function mailAddress(
  statements: Statements,
  id: UserId,
  kind: MailKind,
  address: SealedAddress,
): Promise<void> {
  await statements.$executeRaw`
    WITH recipient (id, ${addressColumns}) AS (SELECT ${id}::bigint, ${addressValues(address)})
    ${mailTo(kind, 'recipient')}`;
}

/** Makes the unused links of some kinds void, of a person or those of them that went to another address than this. */
export async function voidLinks(
  statements: Statements,
  accountId: UserId,
  kinds: readonly LinkKind[],
  exceptTo: SoughtAddress | null = null,
): Promise<void> {
  await statements.$executeRaw`
    UPDATE mail SET voided_at = clock_timestamp()
    WHERE account_id = ${accountId} AND kind = ANY(${kinds}) AND used_at IS NULL AND voided_at IS NULL
      ${exceptTo ? Prisma.sql`AND ${isTo(exceptTo)} IS NOT TRUE` : Prisma.empty}`;
}

export interface OutgoingMail extends StoredAddress {
  accountId: UserId;
  kind: MailKind;
  createdAt: Date;
  handle: string;
}

/** A mail that is still to be sent; null when it was, when its link is no good any more, or its person is gone. */
export async function findOutgoing(statements: Statements, id: bigint): Promise<OutgoingMail | null> {
  const [row] = await statements.$queryRaw<OutgoingMail[]>`
    SELECT m.account_id AS "accountId", m.kind, m.created_at AS "createdAt", a.handle, ${storedAddress('m.')}
    FROM mail m JOIN account a ON a.id = m.account_id
    WHERE m.id = ${id} AND m.sent_at IS NULL AND m.voided_at IS NULL
      AND (m.expires_at IS NULL OR m.expires_at > clock_timestamp())`;
  return row ?? null;
}

/** Mails of a kind that were asked for before this one, within a day, for an address: whoever asked. */
export async function countEarlierToday(
  statements: Statements,
  id: bigint,
  kind: MailKind,
  address: SoughtAddress,
): Promise<number> {
  const [row] = await statements.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM mail WHERE ${isTo(address)} AND kind = ${kind} AND id < ${id}
      AND created_at > clock_timestamp() - interval '1 day'`;
  return row.count;
}

export async function insertLink(
  statements: Statements,
  mailId: bigint,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await statements.$executeRaw`INSERT INTO mail_link (token_hash, mail_id) VALUES (${tokenHash}, ${mailId})`;
}

/** A mail of which there is nothing to say any more. */
export async function markVoid(statements: Statements, id: bigint): Promise<void> {
  await statements.$executeRaw`UPDATE mail SET voided_at = clock_timestamp() WHERE id = ${id}`;
}

export async function markSent(statements: Statements, id: bigint): Promise<void> {
  await statements.$executeRaw`UPDATE mail SET sent_at = clock_timestamp() WHERE id = ${id}`;
}
