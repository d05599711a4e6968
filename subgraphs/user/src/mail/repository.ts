import type { UserId } from '@murmuration/ids';
import { Prisma } from '@murmuration/prisma/user';
import type { Statements } from '../statements.ts';
import { linkLifeMs, type LinkKind, type MailKind } from './kinds.ts';

/** Body of a CTE that sends a mail for each row of `source`, which has the columns `id` and `email` of an account. */
export function mailTo(kind: MailKind, source: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO mail (account_id, kind, email, expires_at)
    SELECT id, ${kind}, email, clock_timestamp() + ${linkLifeMs[kind]}::bigint * interval '1 millisecond'
    FROM ${Prisma.raw(source)}`;
}

/** Sends a mail to an address of a person. */
export async function insertMail(
  statements: Statements,
  mail: { accountId: UserId; kind: MailKind; email: string },
): Promise<void> {
  await statements.$executeRaw`
    WITH recipient AS (SELECT ${mail.accountId}::bigint AS id, ${mail.email} AS email)
    ${mailTo(mail.kind, 'recipient')}`;
}

/** Makes the unused links of some kinds void, of a person or those of them that went to another address than this. */
export async function voidLinks(
  statements: Statements,
  accountId: UserId,
  kinds: readonly LinkKind[],
  exceptTo: string | null = null,
): Promise<void> {
  await statements.$executeRaw`
    UPDATE mail SET voided_at = clock_timestamp()
    WHERE account_id = ${accountId} AND kind = ANY(${kinds}) AND used_at IS NULL AND voided_at IS NULL
      AND lower(email) IS DISTINCT FROM lower(${exceptTo}::text)`;
}

export interface OutgoingMail {
  accountId: UserId;
  kind: MailKind;
  createdAt: Date;
  email: string;
  handle: string;
  /** Mails of its kind that were asked for before it, within a day, for the same address. */
  earlierToday: number;
}

/** A mail that is still to be sent; null when it was, when its link is no good any more, or its person is gone. */
export async function findOutgoing(statements: Statements, id: bigint): Promise<OutgoingMail | null> {
  const [row] = await statements.$queryRaw<OutgoingMail[]>`
    SELECT m.account_id AS "accountId", m.kind, m.created_at AS "createdAt", m.email, a.handle,
      (SELECT count(*)::int FROM mail o WHERE lower(o.email) = lower(m.email) AND o.kind = m.kind AND o.id < m.id
        AND o.created_at > clock_timestamp() - interval '1 day') AS "earlierToday"
    FROM mail m JOIN account a ON a.id = m.account_id
    WHERE m.id = ${id} AND m.sent_at IS NULL AND m.voided_at IS NULL
      AND (m.expires_at IS NULL OR m.expires_at > clock_timestamp())`;
  return row ?? null;
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
