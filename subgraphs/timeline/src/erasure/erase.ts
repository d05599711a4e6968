import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home-cache/cache.ts';

export const erasureLimits = {
  /** Rows that one statement changes. */
  rowsAtOnce: 500,
  everyMs: 5_000,
} as const;

const some = (table: string, condition: string) =>
  `ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))`;
const remove = (table: string, condition: string) => `DELETE FROM ${table} WHERE ${some(table, condition)}`;

/**
 * Relations have ended and posts are nobody's by then, both by the events before: what is left are tombstones. Conditions
 * are as an index has them.
 */
const steps = [
  remove('follow', 'follower_id = $1'),
  remove('follow', 'followee_id = $1 AND NOT active'),
  remove('block', 'blocker_id = $1'),
  remove('block', 'blocked_id = $1 AND NOT active'),
  remove('mute', 'muter_id = $1'),
  remove('mute', 'muted_id = $1'),
  remove('repost_ref', 'author_id = $1'),
  ...['active', 'NOT active'].map(
    (state) =>
      `UPDATE repost_ref SET original_author_id = 0 WHERE ${some('repost_ref', `original_author_id = $1 AND ${state}`)}`,
  ),
  // Whoever was told of them is so no more, and what they were told goes.
  `WITH gone AS (${remove('notification_act', 'actor_id = $1')} RETURNING notification_id, active),
   counted AS (UPDATE notification n SET actor_count = n.actor_count - g.acts
     FROM (SELECT notification_id AS id, count(*)::integer AS acts FROM gone WHERE active GROUP BY 1) g
     WHERE n.id = g.id)
   SELECT FROM gone`,
  remove('notification_act', 'recipient_id = $1'),
  remove('notification', 'recipient_id = $1'),
  remove('notification_setting', 'viewer_id = $1'),
  remove('marker', 'viewer_id = $1'),
  remove('muted_word', 'viewer_id = $1'),
  remove('hidden_repost', 'viewer_id = $1'),
  remove('hidden_repost', 'person_id = $1'),
  // Lists that others made go on without them; their own go with all that hangs on them.
  `WITH gone AS (${remove('list_member', 'member_id = $1')} RETURNING list_id),
   counted AS (UPDATE list l SET member_count = l.member_count - 1 FROM gone g WHERE l.id = g.list_id)
   SELECT FROM gone`,
  remove('list_follow', 'follower_id = $1'),
  remove('list_marker', 'viewer_id = $1'),
  ...['list_member', 'list_follow', 'list_marker'].map((table) =>
    remove(table, 'list_id IN (SELECT id FROM list WHERE owner_id = $1)'),
  ),
  remove('list', 'owner_id = $1'),
];

/** What could not be applied bears what its event says. */
const leftAside = [
  `DELETE FROM dead_letter WHERE payload::text LIKE '%"' || $1::bigint || '"%'`,
  `DELETE FROM dirty_aggregate WHERE $1::bigint::text = ANY (string_to_array(aggregateid, ':'))`,
];

/**
 * Erases the next person of whom both feeds have told everything, to the projection and to notifications. Each step is a
 * transaction of its own: whoever dies in between begins again with what is left, and two at once change nothing more.
 * @returns whom; null when nobody is to be erased
 * @throws when Redis is away: their list is there yet
 */
export async function eraseNext(
  sql: Sql,
  cache: Pick<HomeCache, 'forget'>,
  signal: AbortSignal,
): Promise<bigint | null> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT account_id AS id FROM erasure
     WHERE by_user AND by_post AND news_by_user AND news_by_post AND erased_at IS NULL ORDER BY account_id LIMIT 1`,
  );
  const [next] = rows;
  if (!next) return null;
  const id = String(next.id);
  for (const step of steps) {
    let changed: number | null;
    do {
      signal.throwIfAborted();
      ({ rowCount: changed } = await sql.query(step, [id]));
    } while (changed === erasureLimits.rowsAtOnce);
  }
  for (const text of leftAside) await sql.query(text, [id]);
  await sql.query('DELETE FROM reader WHERE id = $1', [id]);
  await sql.query('DELETE FROM account WHERE id = $1', [id]);
  // Behind the rows that a list is made of.
  await cache.forget([BigInt(id)]);
  await sql.query('UPDATE erasure SET erased_at = clock_timestamp() WHERE account_id = $1', [id]);
  return BigInt(id);
}
