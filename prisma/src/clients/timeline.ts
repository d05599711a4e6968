import { Prisma, PrismaClient } from '../../generated/timeline/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';

export { Prisma };
export type TimelineDatabase = PrismaClient;
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type TimelineTransaction = Prisma.TransactionClient;

/** A client of the `timeline` database. The caller owns it and ends it with `$disconnect()`. */
export function createTimelineDatabase(options: ClientOptions): TimelineDatabase {
  const adapter = createAdapter(options);
  const { onStatement } = options;
  if (!onStatement) return new PrismaClient({ adapter });
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (event) => onStatement({ sql: event.query, durationMs: event.duration }));
  return client;
}
