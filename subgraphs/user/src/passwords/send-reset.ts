import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { Addresses } from '../addresses/addresses.ts';
import { forgottenName, openName } from './forgotten-name.ts';
import { sendReset } from './repository.ts';

/** Looks for whoever forgot their password, where nobody can see how long that takes. */
export function createSendReset(database: UserDatabase, addresses: Addresses): Task {
  return async (job) => {
    await sendReset(database, addresses, await openName(addresses, forgottenName.parse(job)));
  };
}
