import type { UserId } from '@murmuration/ids';
import { Prisma } from '@murmuration/prisma/user';
import type { Statements } from '../statements.ts';
import { addressColumns, addressValues, hasAddress, type SealedAddress } from './address.ts';
import type { Addresses } from './addresses.ts';
import { resealOwner } from './reseal.ts';

/**
 * Writes down that the person reads the address, unless the account has another one by now.
 * @returns whether it has this address verified now
 * @throws Prisma's unique violation when another account has it verified
 */
export async function verifyAddress(
  statements: Statements,
  addresses: Addresses,
  id: UserId,
  address: SealedAddress,
): Promise<boolean> {
  await resealOwner(statements, addresses, address.key);
  const changed = await statements.$executeRaw`
    UPDATE account SET (${addressColumns}, email_verified_at)
      = (${addressValues(address)}, coalesce(email_verified_at, clock_timestamp()))
    WHERE id = ${id} AND ${hasAddress(address)}`;
  if (changed > 0) await own(statements, id, address);
  return changed > 0;
}

/**
 * Gives an account another address, verified.
 * @throws Prisma's unique violation when another account has it verified
 */
export async function putAddress(
  statements: Statements,
  addresses: Addresses,
  id: UserId,
  address: SealedAddress,
): Promise<void> {
  await resealOwner(statements, addresses, address.key);
  const changed = await statements.$executeRaw`
    UPDATE account SET (${addressColumns}, email_verified_at) = (${addressValues(address)}, clock_timestamp())
    WHERE id = ${id}`;
  if (changed === 0) throw new Error('the account of a link is gone');
  await own(statements, id, address);
}

/**
 * That the address is this account's, under every key that is known: whoever knows one of them cannot give it to another.
 * Behind a lock of the account's row.
 * @throws Prisma's unique violation when it is another's
 */
async function own(statements: Statements, id: UserId, { digests }: SealedAddress): Promise<void> {
  const rows = Prisma.join(digests.map(({ digest, keyId }) => Prisma.sql`(${digest}::bytea, ${keyId})`));
  const digestList = Prisma.join(digests.map(({ digest }) => Prisma.sql`${digest}`));
  await statements.$executeRaw`
    DELETE FROM verified_email WHERE account_id = ${id} AND digest NOT IN (${digestList})`;
  await statements.$executeRaw`
    INSERT INTO verified_email (digest, account_id, key_id)
    SELECT d.digest, ${id}::bigint, d.key_id FROM (VALUES ${rows}) AS d (digest, key_id)
    WHERE NOT EXISTS (SELECT FROM verified_email v WHERE v.digest = d.digest AND v.account_id = ${id})`;
}
