import type { Logger } from '@murmuration/service-kit';
import { candidatesSql, followedSql, onlyPushed, pushed } from '../belonging/candidates.ts';
import { highest, type Range, stretchOf } from '../belonging/range.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { incarnationSql, noHead } from '../log/head.ts';
import type { HomeCache, Selection } from './cache.ts';

/** Epoch, head and ids of a stretch in one statement, hence of one snapshot. */
function selecting(name: string, of: typeof pushed) {
  return {
    name,
    text: `WITH ${followedSql}
      SELECT h.seq AS head, ${incarnationSql} || ':' || coalesce(r.epoch, 0) AS epoch,
        ARRAY(${candidatesSql('newest', of)}) AS ids
      FROM timeline_head h LEFT JOIN reader r ON r.id = $1`,
  } as const;
}

const selections = {
  pushed: selecting('home-selection', pushed),
  onlyPushed: selecting('home-selection-must', onlyPushed),
};

/** How many entries, and how to look for them. */
export type SelectionLimits = Pick<TimelineLimits, 'cachedEntries' | 'rebuildStretchMs' | 'stretchGrowth'>;

/**
 * The newest entries that a list should hold, or must not lack. Goes back in time, each stretch longer than the one
 * before, so that its cost follows what it finds and not how much the followees ever wrote. Head and epoch are
 * those of the first look: what came later is pushed as well, and what left moves the epoch or is left out at read.
 */
export async function selectForCache(
  sql: Sql,
  readerId: bigint,
  { cachedEntries, rebuildStretchMs, stretchGrowth }: SelectionLimits = timelineLimits,
  of: keyof typeof selections = 'pushed',
): Promise<Selection> {
  let first: Selection | undefined;
  const ids: bigint[] = [];
  let left: Range | null = { low: 0n, high: highest, order: 'newest' };
  for (let ms: number = rebuildStretchMs; left && ids.length < cachedEntries; ms *= stretchGrowth) {
    const { stretch, rest }: ReturnType<typeof stretchOf> = stretchOf(left, ms);
    const { rows } = await sql.query<{ head: bigint; epoch: string; ids: bigint[] }>({
      ...selections[of],
      values: [readerId, stretch.low, stretch.high, cachedEntries - ids.length],
    });
    const [row] = rows;
    if (!row) throw noHead();
    first ??= { epoch: row.epoch, head: row.head, ids };
    ids.push(...row.ids);
    left = rest;
  }
  if (!first) throw new RangeError('a list holds at least one entry');
  return first;
}

export type RebuildOutcome = 'stored' | 'refused' | 'warm' | 'failed' | 'crowded_out';

export interface Rebuilds {
  /** Makes a reader's list anew some time soon, unless there is one of this epoch. Nobody waits for it. */
  request(readerId: bigint, epoch: string): void;
  /** Ends when nothing is being made any more. */
  settled(): Promise<void>;
  /** Begins nothing any more, and ends with what is being made. */
  stop(): Promise<void>;
}

/**
 * The list that gathers pushes opens before the selection's snapshot, so a push is seen by one of the two.
 * Few run at a time, each reader's once; whoever reads meanwhile is answered from the tables.
 */
export function createRebuilds(options: {
  cache: HomeCache;
  sql: Sql;
  logger: Logger;
  limits?: TimelineLimits;
  onOutcome?: (outcome: RebuildOutcome) => void;
}): Rebuilds {
  const { cache, sql, logger, limits = timelineLimits, onOutcome } = options;
  const wanted = new Map<bigint, string>();
  const running = new Map<bigint, Promise<void>>();
  let isStopped = false;

  async function rebuild(readerId: bigint, epoch: string): Promise<RebuildOutcome> {
    const opened = await cache.open(readerId, epoch);
    if (opened.status !== 'opened') return opened.status === 'warm' ? 'warm' : 'refused';
    const selected = await selectForCache(sql, readerId, limits);
    return (await cache.store(readerId, opened.token, selected)) ? 'stored' : 'refused';
  }

  async function run(readerId: bigint, epoch: string): Promise<void> {
    const outcome = await rebuild(readerId, epoch).catch((error: unknown): RebuildOutcome => {
      logger.warn({ err: error }, 'a cached timeline cannot be made anew');
      return 'failed';
    });
    onOutcome?.(outcome);
    running.delete(readerId);
    next();
  }

  function next(): void {
    for (const [readerId, epoch] of wanted) {
      if (running.size >= limits.rebuildsAtOnce) return;
      if (running.has(readerId)) continue;
      wanted.delete(readerId);
      running.set(readerId, run(readerId, epoch));
    }
  }

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.all(running.values());
  }

  return {
    request(readerId, epoch) {
      if (isStopped || running.has(readerId) || cache.namespace() === null) return;
      if (wanted.size >= limits.rebuildsWaiting && !wanted.has(readerId)) {
        onOutcome?.('crowded_out');
        return;
      }
      wanted.set(readerId, epoch);
      next();
    },
    settled,
    async stop() {
      isStopped = true;
      wanted.clear();
      await settled();
    },
  };
}
