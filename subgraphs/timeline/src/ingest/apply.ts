import type { ChangeSource, Sweep } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import { appendToLog, type LogEntry } from '../log/append.ts';
import { lockHead, noteRebuilt } from '../log/head.ts';
import { accounts, applyAccounts, markBig, moveReaders } from './accounts.ts';
import type { IncomingChange } from './changes.ts';
import { applyPosts, posts } from './posts.ts';
import { applyRelations, endsOf, relations } from './relations.ts';
import { applyReposts, reposts } from './reposts.ts';
import { type Row, sweepRows, type VersionedTable } from './versioned-table.ts';

/**
 * Brings changes into the projection and tells the log what they did, in the caller's transaction. A change
 * that is not newer than what is known does nothing, so any batch may be applied twice, late or out of
 * order. Posts go before reposts: a repost of an unknown post waits for it.
 *
 * A snapshot's history is not told to the log, which would push years of it to everyone. What it changes is noted,
 * and makes the projection another one once the backfill has ended.
 * @returns the head of the log once the transaction has committed
 */
export async function applyChanges(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  bigFollowers: number = timelineLimits.bigFollowers,
): Promise<bigint> {
  const head = await lockHead(sql);
  const hidden = await applyAccounts(sql, changes, source, head);
  const related = await applyRelations(sql, changes, source, head);
  const big = await moveReaders(sql, related, bigFollowers);
  const posted = await applyPosts(sql, changes, source, head);
  const reposted = await applyReposts(sql, changes, source, head);
  const entries = [...hidden, ...related, ...posted, ...reposted, ...big];
  if (source.kind === 'snapshot' && entries.length > 0) await noteRebuilt(sql);
  const next = source.kind === 'snapshot' ? head : await appendToLog(sql, head, entries);
  await markBig(sql, big, next);
  return next;
}

/** By the name of their aggregate: what is kept of each, and what its removal ends. */
const kept: Readonly<
  Record<string, { table: VersionedTable; endsOf?: (gone: readonly Row[]) => LogEntry[] }>
> = {
  account: { table: accounts },
  post: { table: posts },
  repost: { table: reposts },
  ...Object.fromEntries(
    Object.entries(relations).map(([aggregate, relation]) => [
      aggregate,
      { table: relation.table, endsOf: (gone: readonly Row[]) => endsOf(relation, gone) },
    ]),
  ),
};

/** Removes some of what a backfill did not confirm, in the caller's transaction. */
export async function sweepProjection(
  sql: Sql,
  sweep: Sweep,
  bigFollowers: number = timelineLimits.bigFollowers,
): Promise<{ next: string | null; removed: number }> {
  const of = kept[sweep.aggregate];
  if (!of) return { next: null, removed: 0 };
  await lockHead(sql);
  const { next, gone } = await sweepRows<Row>(sql, of.table, sweep);
  if (gone.length > 0) {
    await moveReaders(sql, of.endsOf?.(gone) ?? [], bigFollowers);
    if (of.table === accounts) await forgetReaders(sql, gone);
    await noteRebuilt(sql);
  }
  return { next, removed: gone.length };
}

/** Whoever is gone reads nothing more. */
async function forgetReaders(sql: Sql, gone: readonly Row[]): Promise<void> {
  await sql.query('DELETE FROM reader WHERE id = ANY($1::bigint[])', [gone.map((row) => String(row['id']))]);
}
