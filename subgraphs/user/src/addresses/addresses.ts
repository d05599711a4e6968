import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { type BlindIndex, packSealed, type Sealer, unpackSealed } from '@murmuration/service-kit';
import { emailKeyOf, type SealedAddress, type SoughtAddress, type StoredAddress } from './address.ts';
import { checkKeys } from './check-keys.ts';
import { WrongKeys } from './wrong-keys.ts';

/**
 * E-mail addresses at rest: sealed for the account that they are of, and found by digests. Nothing is sealed, opened or
 * looked for before the keys were found to be those of the database; until then each call looks again.
 * All throw `WrongKeys` when they are not.
 */
export interface Addresses {
  /** The keys that seal and index from now on: what was made by others should be made anew. */
  readonly keys: string;
  /** Those of digests that are known. */
  readonly indexKeyIds: readonly string[];
  /** Versions of before run as well, and read and write addresses in clear. */
  readonly isInClear: boolean;
  /** Resolves once the keys were found to be the database's. */
  ready(): Promise<void>;
  seal(owner: UserId, email: string): Promise<SealedAddress>;
  /** @throws WrongKeys also for a single one that was changed or is another account's */
  open(owner: UserId, stored: StoredAddress): Promise<string>;
  find(email: string): Promise<SoughtAddress>;
}

export interface AddressOptions {
  database: UserDatabase;
  sealer: Sealer;
  index: BlindIndex;
  isInClear: boolean;
}

export const emailIndexPurpose = 'e-mail addresses';

/** What an address is sealed for. A mail has a copy of its account's. */
const aboutEmail = (owner: UserId): string => `email ${owner}`;

export function createAddresses({ database, index, isInClear, sealer }: AddressOptions): Addresses {
  const keys = `${sealer.currentId}/${index.currentId}`;
  let checked: Promise<void> | null = null;

  async function open(owner: UserId, { email, emailSealed }: StoredAddress): Promise<string> {
    if (email !== null) return email;
    try {
      return (await sealer.open(unpackSealed(emailSealed ?? new Uint8Array()), aboutEmail(owner))).toString();
    } catch (cause) {
      throw new WrongKeys(`The address of account ${owner} could not be opened.`, { cause });
    }
  }

  function ready(): Promise<void> {
    checked ??= checkKeys(database, index, open).catch((error: unknown) => {
      checked = null;
      throw error;
    });
    return checked;
  }

  return {
    keys,
    indexKeyIds: index.keyIds,
    isInClear,
    ready,
    async seal(owner, text) {
      await ready();
      const sealed = await sealer.seal(Buffer.from(text), aboutEmail(owner));
      const key = emailKeyOf(text);
      return {
        text,
        key,
        digests: index.digestsOf(key),
        emailSealed: packSealed(sealed),
        keys,
        isInClear,
      };
    },
    async open(owner, stored) {
      await ready();
      return open(owner, stored);
    },
    async find(email) {
      await ready();
      const key = emailKeyOf(email);
      return { key, digests: index.digestsOf(key) };
    },
  };
}
