import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home-cache/cache.ts';
import { selectForCache, type SelectionLimits } from '../home-cache/rebuild.ts';
import { highest, type Range } from '../belonging/range.ts';
import { readEpoch } from '../home-cache/reader-state.ts';
import { measureFanout } from '../fanout/lag.ts';
import { auditLimits, timelineLimits } from '../limits.ts';
import { readPushedTo } from '../home-cache/pushed-to.ts';

/** `cold`: nothing is believed of this reader, so nothing can be wrong. `late`: the fan-out is, so nothing can be said. */
export type Audit = 'cold' | 'equal' | 'late' | 'healed';

interface AuditOptions {
  sql: Sql;
  cache: HomeCache;
  settleMs?: number;
  limits?: SelectionLimits;
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
  if ((await measureFanout(options.sql)).events > 0) return 'late';
  await options.cache.forget([readerId]);
  return 'healed';
}

/** Entries above the list's floor that it lacks; null when there is no list to believe. */
async function missingOf(
  { sql, cache, limits = timelineLimits }: AuditOptions,
  readerId: bigint,
): Promise<Set<bigint> | null> {
  const pushedTo = await readPushedTo(sql);
  const epoch = await readEpoch(sql, readerId);
  const list = await cache.read(readerId, everything, auditLimits.elements);
  if (list?.epoch !== epoch) return null;
  if (list.namespace !== pushedTo.namespace || list.seq < pushedTo.namespaceSeq) return null;
  const { ids } = await selectForCache(sql, readerId, limits, 'onlyPushed');
  const listed = new Set(list.ids);
  return new Set(ids.filter((id) => id >= list.floor && !listed.has(id)));
}
