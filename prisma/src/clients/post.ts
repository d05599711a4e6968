import { createPreparedWrites, type PreparedReads, type PreparedWrites } from '@murmuration/postgres';
import type pg from 'pg';
import { Prisma, PrismaClient } from '../../generated/post/client.ts';
import { type ClientOptions, createAdapter } from '../client-options.ts';
import { withReads } from '../with-reads.ts';

export { Prisma };

/** Posts wait for the disk in groups, so few connections write thousands a second. */
export const postWritesPoolSize = 4;

export type PostDatabase = PrismaClient & {
  /** For the hottest reads; closed by `$disconnect()`. */
  $reads: PreparedReads;
  /** For mutations that are one statement; closed by `$disconnect()`. */
  $writes: PreparedWrites;
};
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type PostTransaction = Prisma.TransactionClient;

export interface PostDatabaseOptions extends ClientOptions {
  /** Connections of `$writes`, beside those of the ORM. */
  writesPoolSize?: number;
  /** Handed the pool of `$writes`, for metrics. */
  onWritesPool?: (pool: pg.Pool) => void;
}

/** A client of the `post` database. The caller owns it and ends it with `$disconnect()`. */
export function createPostDatabase(options: PostDatabaseOptions): PostDatabase {
  const client = withReads(createClient(options), options);
  const { onWritesPool, writesPoolSize = postWritesPoolSize } = options;
  const $writes = createPreparedWrites({
    ...options,
    poolSize: writesPoolSize,
    ...(onWritesPool && { onPool: onWritesPool }),
  });
  const disconnect = client.$disconnect.bind(client);
  return Object.assign(client, {
    $writes,
    $disconnect: async () => void (await Promise.all([disconnect(), $writes.close()])),
  });
}

function createClient(options: ClientOptions): PrismaClient {
  const adapter = createAdapter(options);
  const { onStatement } = options;
  if (!onStatement) return new PrismaClient({ adapter });
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  client.$on('query', (event) => onStatement({ sql: event.query, durationMs: event.duration }));
  return client;
}
