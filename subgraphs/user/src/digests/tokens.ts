import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import { decodeId, encodeId, type UserId } from '@murmuration/ids';

/** What stands in a mail so that whoever has it can have no more of them, and nothing else. It does not run out. */
export interface UnsubscribeTokens {
  make(id: UserId): string;
  /** Whose it is; null for what was not made here. */
  open(token: string): UserId | null;
}

const macCharacters = 43;

/** The first key signs, those of all are accepted: a mail that is older than its key says so no more. */
export function createUnsubscribeTokens(keys: readonly [InternalKey, ...InternalKey[]]): UnsubscribeTokens {
  const secrets = keys.map(({ secret }) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'murmuration unsubscribe', 32)),
  );
  const macOf = (secret: Buffer, person: string) =>
    createHmac('sha256', secret).update(person).digest('base64url');
  return {
    make(id) {
      const person = encodeId('User', id);
      return `${person}.${macOf(secrets[0] as Buffer, person)}`;
    },
    open(token) {
      const [person = '', mac = '', ...more] = token.split('.');
      const id = decodeId('User', person);
      if (id === null || more.length > 0 || mac.length !== macCharacters) return null;
      const given = Buffer.from(mac);
      const isOurs = secrets.some((secret) => {
        const made = Buffer.from(macOf(secret, person));
        return made.length === given.length && timingSafeEqual(made, given);
      });
      return isOurs ? id : null;
    },
  };
}
