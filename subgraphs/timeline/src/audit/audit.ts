import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home/cache/cache.ts';
import { selectForCache } from '../home/cache/rebuild.ts';
import { highest, type Range } from '../home/range.ts';
import { readEpoch } from '../home/reader-state.ts';
import { timelineLimits } from '../limits.ts';

export const auditLimits = {
  /** What was said just now may still be on its way to the list. */
  settleMs: 2_000,
  /** Longer than any list. */
  elements: 10_000,
} as const;

/** `cold`: nothing is believed of this reader, so nothing can be wrong. */
export type Audit = 'cold' | 'equal' | 'healed';

interface AuditOptions {
  sql: Sql;
  cache: HomeCache;
  settleMs?: number;
}

const everything: Range = { low: 0n, high: highest, order: 'newest' };

/**
 * Compares a reader's cached list with what the tables select. A list may hold more, for reads decide; an entry
 * that it should hold and does not, now and once the fan-out had its time, makes it go.
 */
export async function auditReader(options: AuditOptions, readerId: bigint): Promise<Audit> {
  const first = await missingOf(options, readerId);
  if (first === null) return 'cold';
  if (first.size === 0) return 'equal';
  await sleep(options.settleMs ?? auditLimits.settleMs);
  const second = await missingOf(options, readerId);
  if (second === null) return 'cold';
  if (first.isDisjointFrom(second)) return 'equal';
  await options.cache.forget([readerId]);
  return 'healed';
}

/** Entries above the list's floor that it lacks; null when there is no list to believe. */
async function missingOf({ sql, cache }: AuditOptions, readerId: bigint): Promise<Set<bigint> | null> {
  const epoch = await readEpoch(sql, readerId);
  const list = await cache.read(readerId, everything, auditLimits.elements);
  if (list?.epoch !== epoch) return null;
  const { ids } = await selectForCache(sql, readerId, timelineLimits.cachedEntries);
  const listed = new Set(list.ids);
  return new Set(ids.filter((id) => id >= list.floor && !listed.has(id)));
}
