import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { BlindIndex } from '@murmuration/service-kit';
import { emailKeyOf, type StoredAddress, storedAddress } from './address.ts';
import { WrongKeys } from './wrong-keys.ts';

/** Of those that were made by the same keys so many are looked at: one that is broken says nothing of the keys. */
const looksEach = 3;

/**
 * That addresses of the database can be opened, and are found, by these keys: a process that has others would let people
 * have addresses that are taken, and find nobody. One look at each pair of keys that anything was made by.
 * @throws WrongKeys
 */
export async function checkKeys(
  database: UserDatabase,
  index: BlindIndex,
  open: (owner: UserId, stored: StoredAddress) => Promise<string>,
): Promise<void> {
  // From one value of the index to the next: there are few, however many rows have them.
  const pairs = await database.$queryRaw<{ keys: string }[]>`
    WITH RECURSIVE pair AS (
      (SELECT email_keys AS keys FROM account WHERE email_keys IS NOT NULL ORDER BY email_keys LIMIT 1)
      UNION ALL
      SELECT (SELECT email_keys FROM account WHERE email_keys > pair.keys ORDER BY email_keys LIMIT 1)
      FROM pair WHERE pair.keys IS NOT NULL
    ) SELECT keys FROM pair WHERE keys IS NOT NULL`;
  for (const { keys } of pairs) {
    const rows = await database.$queryRaw<(StoredAddress & { id: UserId; emailDigest: Uint8Array })[]>`
      SELECT id, email_digest AS "emailDigest", ${storedAddress()} FROM account WHERE email_keys = ${keys} LIMIT ${looksEach}`;
    const looks = await Promise.all(rows.map((row) => isOurs(row, keys, index, open)));
    if (looks.length > 0 && !looks.includes(true)) {
      throw new WrongKeys(`Addresses were sealed and indexed by the keys "${keys}", and these are others.`);
    }
  }
}

async function isOurs(
  { emailDigest, emailSealed, id }: StoredAddress & { id: UserId; emailDigest: Uint8Array },
  keys: string,
  index: BlindIndex,
  open: (owner: UserId, stored: StoredAddress) => Promise<string>,
): Promise<boolean> {
  const email = await open(id, { email: null, emailSealed }).catch(() => null);
  if (email === null) return false;
  const indexKeyId = keys.slice(keys.indexOf('/') + 1);
  const digest = index.digestsOf(emailKeyOf(email)).find(({ keyId }) => keyId === indexKeyId)?.digest;
  return digest !== undefined && Buffer.from(digest).equals(emailDigest);
}
