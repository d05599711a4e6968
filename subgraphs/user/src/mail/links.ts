import { createHash, randomBytes } from 'node:crypto';
import type { UserId } from '@murmuration/ids';
import { notAllowed, type UserErrors } from '@murmuration/service-kit';
import { type StoredAddress, storedAddress } from '../addresses/address.ts';
import type { Statements } from '../statements.ts';
import type { LinkKind } from './kinds.ts';

/** Whom a link is about, and which address. */
export interface Link extends StoredAddress {
  accountId: UserId;
}

export interface FoundLink extends Link {
  state: 'good' | 'expired' | 'used' | 'void';
}

const tokenBytes = 32;
const tokenCharacters = Math.ceil((tokenBytes * 8) / 6);

/** What opens a link: random, so that nobody can guess or derive it, and kept nowhere but in the mail. */
export function makeToken(): { token: string; hash: Uint8Array<ArrayBuffer> } {
  const token = randomBytes(tokenBytes).toString('base64url');
  return { token, hash: hashOf(token) };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

/** The link of a kind that a token opens, in whatever state; null for what is no token of ours, or one of another kind. */
export async function findLink(
  statements: Statements,
  kind: LinkKind,
  token: string,
): Promise<FoundLink | null> {
  if (token.length !== tokenCharacters) return null;
  const [row] = await statements.$queryRaw<FoundLink[]>`
    SELECT m.account_id AS "accountId", ${storedAddress('m.')},
      CASE WHEN m.voided_at IS NOT NULL THEN 'void' WHEN m.used_at IS NOT NULL THEN 'used'
        WHEN m.expires_at <= clock_timestamp() THEN 'expired' ELSE 'good' END AS state
    FROM mail_link l JOIN mail m ON m.id = l.mail_id
    WHERE l.token_hash = ${hashOf(token)} AND m.kind = ${kind}`;
  return row ?? null;
}

/** As {@link findLink}, before anything costly is done for somebody whose link is no good. @throws UserErrors */
export async function requireGoodLink(statements: Statements, kind: LinkKind, token: string): Promise<Link> {
  const link = await findLink(statements, kind, token);
  if (link?.state === 'good') return link;
  throw linkRefused(link);
}

/**
 * Uses a link, in the transaction of what it is for: of two at once one finds it used.
 * @throws UserErrors `NotAllowed` that says why it is no good
 */
export async function useLink(statements: Statements, kind: LinkKind, token: string): Promise<Link> {
  const [row] = await statements.$queryRaw<Link[]>`
    UPDATE mail m SET used_at = clock_timestamp() FROM mail_link l
    WHERE l.token_hash = ${hashOf(token)} AND m.id = l.mail_id AND m.kind = ${kind}
      AND m.used_at IS NULL AND m.voided_at IS NULL AND m.expires_at > clock_timestamp()
    RETURNING m.account_id AS "accountId", ${storedAddress('m.')}`;
  if (row) return row;
  throw linkRefused(await findLink(statements, kind, token));
}

/** Only whoever holds a token that was ours is told what became of it. */
export function linkRefused(link: FoundLink | null): UserErrors {
  const path = ['token'];
  switch (link?.state) {
    case 'used':
      return notAllowed('This link was used already.', { code: 'LINK_USED', path });
    case 'expired':
      return notAllowed('This link is too old. Ask for another one.', { code: 'LINK_EXPIRED', path });
    default:
      return notAllowed('This link leads nowhere.', { code: 'LINK_INVALID', path });
  }
}
