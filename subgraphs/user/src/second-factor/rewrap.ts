import type { UserDatabase } from '@murmuration/prisma/user';
import type { Sealer } from '@murmuration/service-kit';
import { findWrappedOtherwise, replaceSealed } from './repository.ts';

const rowsAtOnce = 100;

/**
 * Wraps every secret whose key another master key wraps by the current one, so that the old one can be forgotten. Any
 * number of processes may.
 * @returns how many
 */
export async function rewrapSecrets(database: UserDatabase, sealer: Sealer): Promise<number> {
  for (let count = 0; ; ) {
    const found = await findWrappedOtherwise(database, sealer.currentId, rowsAtOnce);
    for (const { accountId, sealed } of found) {
      await replaceSealed(database, accountId, sealed, await sealer.rewrap(sealed));
    }
    count += found.length;
    if (found.length < rowsAtOnce) return count;
  }
}
