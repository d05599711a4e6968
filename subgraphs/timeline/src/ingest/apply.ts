import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import { applyAccounts, markBig, moveReaders } from './accounts.ts';
import type { IncomingChange, IncomingSource } from './changes.ts';
import { appendToLog, lockHead, renewIncarnation } from './log.ts';
import { applyPosts } from './posts.ts';
import { applyRelations } from './relations.ts';
import { applyReposts } from './reposts.ts';

/**
 * Brings changes into the projection and tells the log what they did, in the caller's transaction. A change
 * that is not newer than what is known does nothing, so any batch may be applied twice, late or out of
 * order. Posts go before reposts: a repost of an unknown post waits for it.
 *
 * A snapshot's history is not told to the log, which would push years of it to everyone. It makes the
 * projection another one instead: cached lists and live cursors of the former are not believed any more.
 * @returns the head of the log once the transaction has committed
 */
export async function applyChanges(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: IncomingSource,
  bigFollowers: number = timelineLimits.bigFollowers,
): Promise<bigint> {
  const head = await lockHead(sql);
  await applyAccounts(sql, changes, source);
  const relations = await applyRelations(sql, changes, source, head);
  const big = await moveReaders(sql, relations, bigFollowers);
  const posts = await applyPosts(sql, changes, source);
  const reposts = await applyReposts(sql, changes, source);
  const entries = [...relations, ...posts, ...reposts, ...big];
  if (source.kind === 'snapshot' && entries.length > 0) await renewIncarnation(sql);
  const next = source.kind === 'snapshot' ? head : await appendToLog(sql, head, entries);
  await markBig(sql, big, next);
  return next;
}
