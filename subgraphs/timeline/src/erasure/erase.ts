import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home-cache/cache.ts';

export const erasureLimits = {
  /** Rows that one statement changes. */
  rowsAtOnce: 500,
  /** Statements one after the other that find nothing to change while something is left: another process is at it. */
  idleStatements: 1_000,
  everyMs: 5_000,
} as const;

/** What changes some rows of a table so that they are none any more. */
interface Step {
  /** Both with the account as their only value. */
  change: string;
  isLeft: string;
}

const some = (table: string, condition: string) =>
  `ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))`;
const isLeft = (table: string, condition: string) => `SELECT FROM ${table} WHERE ${condition} LIMIT 1`;
const deletion = (table: string, condition: string) => `DELETE FROM ${table} WHERE ${some(table, condition)}`;
const remove = (table: string, condition: string): Step => ({
  change: deletion(table, condition),
  isLeft: isLeft(table, condition),
});
const forgetOriginalAuthor = (state: 'active' | 'NOT active'): Step => {
  const condition = `original_author_id = $1 AND ${state}`;
  return {
    change: `UPDATE repost_ref SET original_author_id = 0 WHERE ${some('repost_ref', condition)}`,
    isLeft: isLeft('repost_ref', condition),
  };
};

/**
 * Relations have ended and posts are nobody's by then, both by the events before: what is left are tombstones. Conditions
 * are as an index has them.
 */
const steps: readonly Step[] = [
  remove('follow', 'follower_id = $1'),
  remove('follow', 'followee_id = $1 AND NOT active'),
  remove('block', 'blocker_id = $1'),
  remove('block', 'blocked_id = $1 AND NOT active'),
  remove('mute', 'muter_id = $1'),
  remove('mute', 'muted_id = $1'),
  remove('repost_ref', 'author_id = $1'),
  forgetOriginalAuthor('active'),
  forgetOriginalAuthor('NOT active'),
  // Whoever was told of them is so no more, and what they were told goes.
  {
    change: `WITH gone AS (${deletion('notification_act', 'actor_id = $1')} RETURNING notification_id, active),
      counted AS (UPDATE notification n SET actor_count = n.actor_count - g.acts
        FROM (SELECT notification_id AS id, count(*)::integer AS acts FROM gone WHERE active GROUP BY 1) g
        WHERE n.id = g.id)
      SELECT FROM gone`,
    isLeft: isLeft('notification_act', 'actor_id = $1'),
  },
  remove('notification_act', 'recipient_id = $1'),
  remove('notification', 'recipient_id = $1'),
  remove('notification_setting', 'viewer_id = $1'),
  remove('push_endpoint', 'viewer_id = $1'),
  remove('push_setting', 'viewer_id = $1'),
  remove('marker', 'viewer_id = $1'),
  remove('muted_word', 'viewer_id = $1'),
  remove('muted_thread', 'viewer_id = $1'),
  remove('hidden_repost', 'viewer_id = $1'),
  remove('hidden_repost', 'person_id = $1'),
  // Lists that others made go on without them; their own go with all that hangs on them.
  {
    change: `WITH gone AS (${deletion('list_member', 'member_id = $1')} RETURNING list_id),
      counted AS (UPDATE list l SET member_count = l.member_count - 1 FROM gone g WHERE l.id = g.list_id)
      SELECT FROM gone`,
    isLeft: isLeft('list_member', 'member_id = $1'),
  },
  remove('list_follow', 'follower_id = $1'),
  remove('list_marker', 'viewer_id = $1'),
  ...['list_member', 'list_follow', 'list_marker'].map((table) =>
    remove(table, 'list_id IN (SELECT id FROM list WHERE owner_id = $1)'),
  ),
  remove('list', 'owner_id = $1'),
];

/**
 * What could not be applied bears what its event says, and what is to be brought whom it is for. These tables hold failures of a
 * week, and what waits: few rows.
 */
const leftAside = [
  `DELETE FROM dead_letter WHERE payload::text LIKE '%"' || $1::bigint || '"%'`,
  `DELETE FROM dirty_aggregate WHERE $1::bigint::text = ANY (string_to_array(aggregateid, ':'))`,
];

/** Somebody to erase, with the versions that were told, as text. */
interface Erasure {
  id: string;
  told: string;
}

const told = 'ROW(by_user_version, by_post_version, news_by_user_version, news_by_post_version)::text';

/**
 * Erases everybody of whom both feeds have told everything, to the projection and to notifications. Who cannot be erased
 * keeps nobody else from it.
 * @returns whom
 * @throws the signal's reason between two steps; an AggregateError of what went wrong, as when Redis is away: a list is
 *   there yet
 */
export async function eraseAll(
  sql: Sql,
  cache: Pick<HomeCache, 'forget'>,
  signal: AbortSignal,
): Promise<bigint[]> {
  const erased: bigint[] = [];
  const failures: unknown[] = [];
  for (let next = await findNext(sql, '0'); next; next = await findNext(sql, next.id)) {
    try {
      await erase(sql, cache, next, signal);
      erased.push(BigInt(next.id));
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'somebody who is gone could not be erased yet');
  return erased;
}

/** @param after whom to leave out: those up to this number */
async function findNext(sql: Sql, after: string): Promise<Erasure | undefined> {
  const { rows } = await sql.query<Erasure>(
    `SELECT account_id::text AS id, ${told} AS told FROM erasure
     WHERE by_user AND by_post AND news_by_user AND news_by_post AND erased_at IS NULL AND account_id > $1
     ORDER BY account_id LIMIT 1`,
    [after],
  );
  return rows[0];
}

/**
 * Each step is a transaction of its own: whoever dies in between begins again with what is left, and of two at once neither
 * takes for gone what the other is about to remove.
 */
async function erase(
  sql: Sql,
  cache: Pick<HomeCache, 'forget'>,
  { id, told: toldOf }: Erasure,
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) await untilNone(sql, step, id, signal);
  for (const text of leftAside) await sql.query(text, [id]);
  await sql.query('DELETE FROM reader WHERE id = $1', [id]);
  await sql.query('DELETE FROM account WHERE id = $1', [id]);
  // Behind the rows that a list is made of.
  await cache.forget([BigInt(id)]);
  // Unless a later erasure was told of meanwhile.
  await sql.query(`UPDATE erasure SET erased_at = clock_timestamp() WHERE account_id = $1 AND ${told} = $2`, [
    id,
    toldOf,
  ]);
}

/** That nothing was changed says nothing: another process may have held what was found. So we look whether any are left. */
async function untilNone(sql: Sql, step: Step, id: string, signal: AbortSignal): Promise<void> {
  for (let idle = 0; idle < erasureLimits.idleStatements; ) {
    signal.throwIfAborted();
    if ((await sql.query(step.change, [id])).rowCount) {
      idle = 0;
      continue;
    }
    if ((await sql.query(step.isLeft, [id])).rowCount === 0) return;
    idle += 1;
  }
  throw new Error('rows of somebody who is to be erased are left that could not be changed');
}
