import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@murmuration/config';
import { decodeId, encodeId, type SessionId } from '@murmuration/ids';

/** A refresh token's place in its family: the session and the how-manieth token of it this is. */
export interface RefreshTokenPlace {
  sessionId: SessionId;
  number: number;
}

const longestToken = 100;

export interface RefreshToken {
  token: string;
  /** What the database keeps of it. */
  hash: Uint8Array<ArrayBuffer>;
}

export interface RefreshTokens {
  make(place: RefreshTokenPlace): RefreshToken;
  /** The token and the place of a text that one of the secrets made, or null. */
  read(text: string): (RefreshToken & { place: RefreshTokenPlace }) | null;
  /**
   * The token of a place again, so that an answer that got lost can be repeated: the one whose hash is stored, for
   * another process may have made it with another secret. Null when that secret is not among ours.
   */
  recall(place: RefreshTokenPlace, hash: Uint8Array): string | null;
}

/**
 * `<session>.<number>.<mac>`: derived, so nothing that opens a session is ever stored. The first secret makes
 * tokens, those of all are accepted.
 */
export function createRefreshTokens(secrets: readonly [Secret, ...Secret[]]): RefreshTokens {
  const [first] = secrets;
  const macOf = (secret: Buffer, head: string) =>
    createHmac('sha256', secret).update(`refresh.${head}`).digest('base64url');

  function tokenOf({ sessionId, number }: RefreshTokenPlace, { secret }: Secret): RefreshToken {
    const head = `${encodeId('Session', sessionId)}.${number}`;
    const token = `${head}.${macOf(secret, head)}`;
    return { token, hash: hashOf(token) };
  }

  return {
    make: (place) => tokenOf(place, first),
    read(token) {
      if (token.length > longestToken) return null;
      const [session = '', number = '', mac = '', ...rest] = token.split('.');
      const sessionId = decodeId('Session', session);
      if (sessionId === null || rest.length > 0 || !/^[1-9]\d{0,8}$/.test(number)) return null;
      const isOurs = secrets.some(({ secret }) => isSame(macOf(secret, `${session}.${number}`), mac));
      return isOurs ? { token, hash: hashOf(token), place: { sessionId, number: Number(number) } } : null;
    },
    recall(place, hash) {
      const tokens = secrets.map((secret) => tokenOf(place, secret));
      return tokens.find((each) => Buffer.compare(each.hash, hash) === 0)?.token ?? null;
    },
  };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
