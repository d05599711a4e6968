import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeId, encodeId, type SessionId } from '@murmuration/ids';

/** A refresh token's place in its family: the session and the how-manieth token of it this is. */
export interface RefreshTokenPlace {
  sessionId: SessionId;
  number: number;
}

const longestToken = 100;

export interface RefreshTokens {
  /** The token of a place: always the same, so that an answer that got lost can be given again. */
  tokenOf(place: RefreshTokenPlace): string;
  /** What the database keeps of it. */
  hashOf(place: RefreshTokenPlace): Uint8Array<ArrayBuffer>;
  /** The place of a token that this secret made, or null. */
  placeOf(token: string): RefreshTokenPlace | null;
}

/** `<session>.<number>.<mac>`: derived, so nothing that opens a session is ever stored. */
export function createRefreshTokens(secret: Buffer): RefreshTokens {
  const macOf = (head: string) => createHmac('sha256', secret).update(`refresh.${head}`).digest('base64url');

  function tokenOf({ sessionId, number }: RefreshTokenPlace): string {
    const head = `${encodeId('Session', sessionId)}.${number}`;
    return `${head}.${macOf(head)}`;
  }

  return {
    tokenOf,
    hashOf: (place) => new Uint8Array(createHash('sha256').update(tokenOf(place)).digest()),
    placeOf(token) {
      if (token.length > longestToken) return null;
      const [session = '', number = '', mac = '', ...rest] = token.split('.');
      const sessionId = decodeId('Session', session);
      if (sessionId === null || rest.length > 0 || !/^[1-9]\d{0,8}$/.test(number)) return null;
      const expected = Buffer.from(macOf(`${session}.${number}`));
      const given = Buffer.from(mac);
      const isOurs = expected.length === given.length && timingSafeEqual(expected, given);
      return isOurs ? { sessionId, number: Number(number) } : null;
    },
  };
}
