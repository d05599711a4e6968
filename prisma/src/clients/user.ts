import { Prisma, PrismaClient } from '../../generated/user/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';

export { Prisma };
export type UserDatabase = PrismaClient;
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type UserTransaction = Prisma.TransactionClient;

/** A client of the `user` database. The caller owns it and ends it with `$disconnect()`. */
export function createUserDatabase(options: ClientOptions): UserDatabase {
  return new PrismaClient({
    adapter: createAdapter(options),
    log: [{ emit: 'event', level: 'query' }],
  });
}
