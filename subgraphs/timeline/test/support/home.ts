import type { ChangeSource } from '@murmuration/events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@murmuration/ids';
import {
  createRelationships,
  type RelationshipsRequest,
  type ViewerRelationsRequest,
} from '@murmuration/relationships';
import { createLogger, createRedisCache } from '@murmuration/service-kit';
import { createTestDatabase, createTestRedis, redisPatience } from '@murmuration/testing';
import { homeByOracle, listByOracle, type ListTruth, loadTruth } from '@murmuration/testing/oracle';
import pg from 'pg';
import { vi } from 'vitest';
import { createTimelinePool, createTimelineReads } from '../../src/database/pool.ts';
import { adoptNamespace, dispatch } from '../../src/fanout/dispatch.ts';
import { runNextTask } from '../../src/fanout/run-task.ts';
import { createHomeCache } from '../../src/home-cache/cache.ts';
import { createRebuilds } from '../../src/home-cache/rebuild.ts';
import { createCandidateSource } from '../../src/home/candidate-source.ts';
import { candidatesBySource, createTableSource } from '../../src/pages/candidates.ts';
import { createPipeline } from '../../src/pages/pipeline.ts';
import { createVisible } from '../../src/belonging/visible.ts';
import { createPushedToWatch } from '../../src/home-cache/pushed-to.ts';
import { highest } from '../../src/belonging/range.ts';
import { homeOf, type Source } from '../../src/belonging/source.ts';
import { applyChanges } from '../../src/ingest/apply.ts';
import type { IncomingChange } from '../../src/ingest/changes.ts';
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
  const redis = createRedisCache({ url, logger, name: 'test', ...(own && redisPatience) });
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
  const rebuilding = createRebuilds({
    cache,
    sql: pool,
    limits,
    logger,
    onOutcome: (outcome) => rebuilds.push(outcome),
  });
  const relationships = createRelationships({ redis, user: { call: answerFor(town) } });
  const homes = createCandidateSource({
    reads,
    sql: pool,
    cache,
    pushedTo: createPushedToWatch(reads, limits),
    rebuilds: rebuilding,
    relationships,
    logger,
    limits,
  });
  const ids = candidatesBySource({ home: homes, list: createTableSource({ reads, sql: pool, limits }) });
  const pipeline = createPipeline({ sql: reads, ids, relationships, limits });
  const visible = createVisible({ sql: reads, relationships });
  const oracle = new pg.Client({ connectionString: database.url });
  await oracle.connect();
  await vi.waitUntil(() => redis.namespace() !== null, { timeout: 15_000 });

  async function apply(
    changes: readonly IncomingChange[],
    source: ChangeSource = { kind: 'feed', generation: 0n },
  ) {
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

  async function readAll(
    source: Source,
    size: number,
    direction: Page['direction'] = 'forward',
  ): Promise<bigint[]> {
    const all: bigint[] = [];
    let place: bigint = direction === 'forward' ? highest : 0n;
    for (;;) {
      const [after, before] = direction === 'forward' ? [place, null] : [null, place];
      const { entries, rest } = await pipeline.page(source, { limit: size, direction, after, before });
      const kept = entries.slice(0, size).map(({ id }) => id);
      all.push(...kept);
      if (entries.length <= size && !rest) break;
      const ofRest = rest && (direction === 'forward' ? rest.high : rest.low);
      place = ofRest ?? kept.at(-1) ?? place;
    }
    await rebuilding.settled();
    return direction === 'forward' ? all : all.reverse();
  }

  return {
    pool,
    reads,
    redis,
    cache,
    pipeline,
    visible,
    relationships,
    rebuilds,
    logger,
    limits,
    databaseUrl: database.url,
    apply,
    /** Makes tasks of all that the log has, for the Redis in use. */
    async dispatch() {
      await adoptNamespace(pool, cache.namespace() ?? '', limits);
      for (;;) {
        const { events, moved } = await dispatch(pool, limits);
        if (events === 0) return;
        await cache.forget(moved).catch(() => undefined);
      }
    },
    /** Pushes until nothing is left to push, or Redis takes nothing twice: on a busy machine once says little. */
    async fanOut() {
      await this.dispatch();
      for (const isLarge of [false, true]) {
        let refusals = 0;
        for (;;) {
          const ended = await runNextTask({ pool, cache, logger, limits }, isLarge);
          if (ended === 'nothing to do') break;
          if (ended === 'away') {
            if (++refusals === 2) break;
            await sleep(limits.fanoutRestMs);
          }
        }
      }
    },
    settled: () => rebuilding.settled(),
    /**
     * Every entry of a reader's home, read in pages of one size from one end to the other; the list that the
     * reads asked for is there afterwards.
     */
    read: (reader: bigint, size: number, direction?: Page['direction']) =>
      readAll(homeOf(reader), size, direction),
    /** The same of any timeline. */
    readAll,
    async expected(reader: bigint): Promise<bigint[]> {
      await loadTruth(oracle, town.truth());
      return (await homeByOracle(oracle, reader)).map(({ id }) => id);
    },
    async expectedOfList(list: ListTruth, reader: bigint | null): Promise<bigint[]> {
      await loadTruth(oracle, town.truth());
      return (await listByOracle(oracle, list, reader)).map(({ id }) => id);
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
    const asked = body as RelationshipsRequest | ViewerRelationsRequest;
    if ('viewerIds' in asked) {
      const author = BigInt(asked.authorId);
      const relations = asked.viewerIds.map((viewer) => town.relation(BigInt(viewer), author));
      return { relations, generation: null } as Answer;
    }
    const { viewerId, authorIds } = asked;
    const viewer = BigInt(viewerId ?? 0);
    return { relations: authorIds.map((author) => town.relation(viewer, BigInt(author))) } as Answer;
  };
}
