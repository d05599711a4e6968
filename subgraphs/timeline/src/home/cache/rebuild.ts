import type { Sql } from '../../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../../limits.ts';
import { candidatesSql, followedSql } from '../candidates.ts';
import { highest } from '../range.ts';
import type { HomeCache, Selection } from './cache.ts';

/** Epoch, head and ids in one statement, hence of one snapshot. Big authors and the reader are pulled. */
const selection = {
  name: 'home-selection',
  text: `WITH ${followedSql}
    SELECT h.seq AS head, left(h.incarnation::text, 8) || ':' || coalesce(r.epoch, 0) AS epoch,
      ARRAY(${candidatesSql('newest', 'SELECT id FROM followed WHERE NOT is_big')}) AS ids
    FROM timeline_head h LEFT JOIN reader r ON r.id = $1`,
} as const;

export async function selectForCache(sql: Sql, readerId: bigint, count: number): Promise<Selection> {
  const { rows } = await sql.query<{ head: bigint; epoch: string; ids: bigint[] }>({
    ...selection,
    values: [readerId, 0n, highest, count],
  });
  const [row] = rows;
  if (!row) throw new Error('the timeline database has no head row: run its migrations');
  return row;
}

/** Makes a reader's list anew, unless there is one of this epoch. Answers whether there is one now. */
export type Rebuild = (readerId: bigint, epoch: string) => Promise<boolean>;

type Outcome = 'stored' | 'refused' | 'joined' | 'warm';

/**
 * The list that gathers pushes opens before the selection's snapshot, so a push is seen by one of the two.
 * Readers of one cold key wait for one rebuild, and who comes late finds its list.
 */
export function createRebuilds(options: {
  cache: HomeCache;
  sql: Sql;
  limits?: TimelineLimits;
  onOutcome?: (outcome: Outcome) => void;
}): Rebuild {
  const { cache, sql, limits = timelineLimits, onOutcome } = options;
  const running = new Map<bigint, Promise<Outcome>>();

  async function rebuild(readerId: bigint, epoch: string): Promise<Outcome> {
    const opened = await cache.open(readerId, epoch);
    if (opened.status !== 'opened') return opened.status === 'warm' ? 'warm' : 'refused';
    const selected = await selectForCache(sql, readerId, limits.cachedEntries);
    return (await cache.store(readerId, opened.token, selected)) ? 'stored' : 'refused';
  }

  return async (readerId, epoch) => {
    const known = running.get(readerId);
    const mine = known ?? rebuild(readerId, epoch).finally(() => running.delete(readerId));
    if (!known) running.set(readerId, mine);
    const outcome = await mine;
    onOutcome?.(known ? 'joined' : outcome);
    return outcome !== 'refused';
  };
}
