import type { Page } from '@murmuration/ids';
import { createRelationships, type RelationshipsRequest } from '@murmuration/relationships';
import { createLogger, createRedisCache } from '@murmuration/service-kit';
import { createTestDatabase, createTestRedis } from '@murmuration/testing';
import { homeByOracle, loadTruth } from '@murmuration/testing/oracle';
import pg from 'pg';
import { vi } from 'vitest';
import { createTimelinePool, createTimelineReads } from '../../src/database/pool.ts';
import { pushNextChunk } from '../../src/fanout/chunk-lane.ts';
import { fanOutNext } from '../../src/fanout/small-lane.ts';
import { createHomeCache } from '../../src/home/cache/cache.ts';
import { createRebuilds } from '../../src/home/cache/rebuild.ts';
import { createCandidateSource } from '../../src/home/candidate-source.ts';
import { createHomePipeline } from '../../src/home/pipeline.ts';
import { createPushedTo } from '../../src/home/pushed-to.ts';
import { highest } from '../../src/home/range.ts';
import { applyChanges } from '../../src/ingest/apply.ts';
import type { IncomingChange, IncomingSource } from '../../src/ingest/changes.ts';
import { type TimelineLimits, timelineLimits } from '../../src/limits.ts';
import type { Town } from './town.ts';

/** A projection of a town with its cache and its fan-out, on real databases. `user` is the town itself. */
export async function openHome(
  town: Town,
  options: { limits?: Partial<TimelineLimits>; redisUrl?: string } = {},
) {
  const limits: TimelineLimits = { ...timelineLimits, ...options.limits };
  const logger = createLogger('test', 'silent');
  const database = await createTestDatabase('timeline');
  const own = options.redisUrl ? null : await createTestRedis();
  const url = options.redisUrl ?? own?.url ?? '';
  const redis = createRedisCache({ url, logger, name: 'test' });
  const pool = createTimelinePool({
    url: database.url,
    poolSize: 8,
    applicationName: 'test',
    onError: () => undefined,
  });
  const reads = createTimelineReads({
    url: database.url,
    applicationName: 'test reads',
    onError: () => undefined,
  });
  const cache = createHomeCache(redis, limits);
  const rebuilds: string[] = [];
  const rebuild = createRebuilds({
    cache,
    sql: pool,
    limits,
    onOutcome: (outcome) => rebuilds.push(outcome),
  });
  const relationships = createRelationships({ redis, user: { call: answerFor(town) } });
  const ids = createCandidateSource({
    sql: reads,
    cache,
    pushed: createPushedTo(reads),
    rebuild,
    relationships,
    logger,
    limits,
  });
  const pipeline = createHomePipeline({ sql: reads, ids, relationships });
  const oracle = new pg.Client({ connectionString: database.url });
  await oracle.connect();
  await vi.waitUntil(() => redis.namespace() !== null, { timeout: 15_000 });

  async function apply(changes: readonly IncomingChange[], source: IncomingSource = { kind: 'feed' }) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const head = await applyChanges(client, changes, source, limits.bigFollowers);
      await client.query('COMMIT');
      return head;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  return {
    pool,
    reads,
    redis,
    cache,
    pipeline,
    relationships,
    rebuilds,
    logger,
    limits,
    databaseUrl: database.url,
    apply,
    /** Pushes until nothing is left to push. */
    async fanOut() {
      while ((await fanOutNext({ pool, cache, limits })) > 0);
      while (await pushNextChunk({ pool, cache, limits }));
    },
    /** Every entry of a reader's home, read in pages of one size from one end to the other. */
    async read(reader: bigint, size: number, direction: Page['direction'] = 'forward'): Promise<bigint[]> {
      const all: bigint[] = [];
      let place: bigint = direction === 'forward' ? highest : 0n;
      for (;;) {
        const [after, before] = direction === 'forward' ? [place, null] : [null, place];
        const page = await pipeline.page(reader, { limit: size, direction, after, before });
        const kept = page.entries.slice(0, size).map(({ id }) => id);
        all.push(...kept);
        place = kept.at(-1) ?? place;
        if (page.entries.length <= size) break;
      }
      return direction === 'forward' ? all : all.reverse();
    },
    async expected(reader: bigint): Promise<bigint[]> {
      await loadTruth(oracle, town.truth());
      return (await homeByOracle(oracle, reader)).map(({ id }) => id);
    },
    async close() {
      redis.close();
      await reads.close();
      await pool.end();
      await oracle.end();
      await own?.close();
      await database.drop();
    },
  };
}

export type TestHome = Awaited<ReturnType<typeof openHome>>;

export function answerFor(town: Town) {
  return async <Answer>({ body }: { body?: unknown }): Promise<Answer> => {
    const { viewerId, authorIds } = body as RelationshipsRequest;
    const viewer = BigInt(viewerId ?? 0);
    return { relations: authorIds.map((author) => town.relation(viewer, BigInt(author))) } as Answer;
  };
}
