import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import type { ReadyExport } from './repository.ts';

/** Links by which whoever has one fetches an archive, until it is gone. */
export interface ExportLinks {
  /** The address that a client opens. */
  make(ready: Pick<ReadyExport, 'id' | 'expiresAt'>): string;
  /** Which export it is of; null for what was not made here, and `expired` for what is too old. */
  open(token: string): bigint | 'expired' | null;
}

const macCharacters = 43;
const signedPattern = /^\d{1,19}\.\d{1,16}$/;

/**
 * A token names an export and when it is gone, and is signed by a key derived from the first of these; those of all are accepted.
 * @param url where {@link exportPath} of `user` is reached from the internet
 */
export function createExportLinks(keys: readonly [InternalKey, ...InternalKey[]], url: string): ExportLinks {
  const secrets = keys.map(({ secret }) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'murmuration account export', 32)),
  );
  const macOf = (secret: Buffer, signed: string) =>
    createHmac('sha256', secret).update(signed).digest('base64url');
  return {
    make({ expiresAt, id }) {
      const signed = `${id}.${expiresAt.getTime()}`;
      return `${url}?token=${signed}.${macOf(secrets[0] as Buffer, signed)}`;
    },
    open(token) {
      const end = token.lastIndexOf('.');
      const signed = token.slice(0, Math.max(end, 0));
      const given = Buffer.from(token.slice(end + 1));
      if (!signedPattern.test(signed) || given.length !== macCharacters) return null;
      const isOurs = secrets.some((secret) => timingSafeEqual(Buffer.from(macOf(secret, signed)), given));
      if (!isOurs) return null;
      const [id = '', expiresAtMs = ''] = signed.split('.');
      return Number(expiresAtMs) <= Date.now() ? 'expired' : BigInt(id);
    },
  };
}
