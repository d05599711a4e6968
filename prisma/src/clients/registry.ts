import { Prisma, PrismaClient } from '../../generated/registry/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';

export { Prisma };
export type RegistryDatabase = PrismaClient;
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type RegistryTransaction = Prisma.TransactionClient;

/** A client of the `registry` database. The caller owns it and ends it with `$disconnect()`. */
export function createRegistryDatabase(options: ClientOptions): RegistryDatabase {
  const adapter = createAdapter(options);
  const { onStatement } = options;
  if (!onStatement) return new PrismaClient({ adapter });
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (event) => onStatement({ sql: event.query, durationMs: event.duration }));
  return client;
}
