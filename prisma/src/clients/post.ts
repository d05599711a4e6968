import { Prisma, PrismaClient } from '../../generated/post/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';
import { idArray } from '../id-array.ts';
import { type PreparedReads, type PreparedStatement, withReads } from '../prepared-reads.ts';

export { idArray, type PreparedStatement, Prisma };
export type PostDatabase = PrismaClient & {
  /** For the hottest reads; closed by `$disconnect()`. */
  $reads: PreparedReads;
};
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type PostTransaction = Prisma.TransactionClient;

/** A client of the `post` database. The caller owns it and ends it with `$disconnect()`. */
export function createPostDatabase(options: ClientOptions): PostDatabase {
  const adapter = createAdapter(options);
  const { onStatement } = options;
  if (!onStatement) return withReads(new PrismaClient({ adapter }), options);
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (event) => onStatement({ sql: event.query, durationMs: event.duration }));
  return withReads(client, options);
}
