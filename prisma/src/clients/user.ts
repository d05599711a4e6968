import type { PreparedReads } from '@murmuration/postgres';
import { Prisma, PrismaClient } from '../../generated/user/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';
import { withReads } from '../with-reads.ts';

export { Prisma };
export type UserDatabase = PrismaClient & {
  /** For the hottest reads; closed by `$disconnect()`. */
  $reads: PreparedReads;
};
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type UserTransaction = Prisma.TransactionClient;

/** A client of the `user` database. The caller owns it and ends it with `$disconnect()`. */
export function createUserDatabase(options: ClientOptions): UserDatabase {
  const adapter = createAdapter(options);
  const { onStatement } = options;
  if (!onStatement) return withReads(new PrismaClient({ adapter }), options);
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (event) => onStatement({ sql: event.query, durationMs: event.duration }));
  return withReads(client, options);
}
