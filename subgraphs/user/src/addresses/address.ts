import { Prisma } from '@murmuration/prisma/user';
import type { Digest } from '@murmuration/service-kit';

/** An address as a row of `account` or `mail` has it. What is there in clear is what versions of before read and write. */
export interface StoredAddress {
  email: string | null;
  emailSealed: Uint8Array | null;
}

/** The columns of a `StoredAddress`. */
export const storedAddress = (alias: '' | 'a.' | 'm.' = '') =>
  Prisma.raw(`${alias}email, ${alias}email_sealed AS "emailSealed"`);

/** What an address is found by. */
export interface SoughtAddress {
  /** As it is compared, and as versions of before have it. */
  key: string;
  /** Of each key that is known, the current one's first. */
  digests: [Digest, ...Digest[]];
}

/** An address of one account, as it is written. */
export interface SealedAddress extends SoughtAddress {
  text: string;
  emailSealed: Uint8Array<ArrayBuffer>;
  /** By which keys it was sealed and indexed. */
  keys: string;
  /** Versions of before are to find it. */
  isInClear: boolean;
}

/** E-mail addresses differ in no way that people mean by their letter case. */
export function emailKeyOf(email: string): string {
  return email.toLowerCase();
}

/** SQL that says of a row of `account` that it has, or claims, the address; null where it cannot be told, as for another one. */
export function hasAddress({ digests, key }: SoughtAddress): Prisma.Sql {
  return Prisma.sql`(email_digest IN (${digestList(digests)}) OR email_key = ${key})`;
}

/** The same of a row of `mail`. */
export function isTo({ digests, key }: SoughtAddress): Prisma.Sql {
  return Prisma.sql`(email_digest IN (${digestList(digests)}) OR lower(email) = ${key})`;
}

function digestList(digests: readonly Digest[]): Prisma.Sql {
  return Prisma.join(digests.map(({ digest }) => Prisma.sql`${digest}`));
}

/** The columns of an address in `account`, and their values, in one order. */
export const addressColumns = Prisma.raw('email, email_key, email_sealed, email_digest, email_keys');

export function addressValues(address: SealedAddress): Prisma.Sql {
  const { email, email_digest, email_key, email_keys, email_sealed } = columnsOf(address);
  return Prisma.sql`${email}::text, ${email_key}::text, ${email_sealed}::bytea, ${email_digest}::bytea, ${email_keys}::text`;
}

/** An address by its columns. */
export function columnsOf({ digests, emailSealed, isInClear, key, keys, text }: SealedAddress) {
  return {
    email: isInClear ? text : null,
    email_key: isInClear ? key : null,
    email_sealed: emailSealed,
    email_digest: digests[0].digest,
    email_keys: keys,
  };
}
