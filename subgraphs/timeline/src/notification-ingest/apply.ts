import type { ChangeSource, Sweep } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import { enqueuePushes } from '../push/enqueue.ts';
import { type Act, actsOf, keyOf, type NewsChange } from './act.ts';
import { acceptances } from './follows.ts';
import { lockNotifications, moveNotifications } from './head.ts';
import { isNews, tell, type Told } from './tell.ts';
import { writeActs } from './write-acts.ts';

/** What a transaction told, and between which places. */
export interface Applied {
  incarnation: string;
  after: bigint;
  head: bigint;
  told: Told[];
  /** When what is news in them was done, of a feed, in milliseconds since 1970; what was read anew is no measure. */
  doneAtMs: number[];
}

/**
 * Makes notifications of changes, in the caller's transaction. Any batch may be applied twice, late or out of order: each
 * act is told once.
 */
export async function applyNews(
  sql: Sql,
  changes: readonly NewsChange[],
  source: ChangeSource,
): Promise<Applied> {
  const acts = changes.flatMap(actsOf);
  const { incarnation, seq: after } = await lockNotifications(sql);
  let head = after;
  const told = new Map<bigint, Told>();
  const doneAtMs: number[] = [];
  for (const round of roundsOf(acts)) {
    const written = await writeActs(sql, await acceptances(sql, round), source);
    const step = await tell(sql, head, written);
    head = step.head;
    for (const one of step.told)
      told.set(one.id, { ...one, isNew: one.isNew || told.get(one.id)?.isNew === true });
    if (source.kind === 'feed') doneAtMs.push(...written.filter(isNews).flatMap(({ atMs }) => atMs ?? []));
  }
  if (head !== after) await moveNotifications(sql, head);
  // What is read anew is told in the list: nobody's device rings for last week.
  if (source.kind === 'feed') await enqueuePushes(sql, [...told.values()]);
  return { incarnation, after, head, told: [...told.values()], doneAtMs };
}

/**
 * Of several acts of one key the newest counts, for a statement may write a row only once. Follows go one after the other:
 * that one was asked for and then let in says more than that there is one.
 */
function roundsOf(acts: readonly Act[]): Act[][] {
  const rounds: Map<string, Act>[] = [];
  const newest = new Map<string, Act>();
  for (const act of acts) {
    const key = keyOf(act);
    if (act.cause !== 'follow') {
      const known = newest.get(key);
      if (!known || known.version < act.version) newest.set(key, act);
      continue;
    }
    const round = rounds.find((taken) => !taken.has(key)) ?? new Map<string, Act>();
    if (round.size === 0) rounds.push(round);
    round.set(key, act);
  }
  const all = [newest, ...rounds].map((round) => [...round.values()]);
  return all.filter((round) => round.length > 0);
}

/** What a backfill of an aggregate confirms. */
const causesOf: Readonly<Record<string, readonly string[]>> = {
  follow: ['follow', 'accept'],
  like: ['like'],
  repost: ['repost'],
  post: ['post'],
  poll: ['poll'],
};

/**
 * Removes some of the acts that a backfill did not confirm, in the caller's transaction: what was done there did not
 * happen. Their notifications count them no more.
 */
export async function sweepNews(
  sql: Sql,
  { aggregate, after, generation, limit }: Sweep,
): Promise<{ next: string | null; removed: number }> {
  const causes = causesOf[aggregate];
  if (!causes) return { next: null, removed: 0 };
  await lockNotifications(sql);
  const [recipient = '-1', cause = '', object = '-1', actor = '-1'] = after?.split(':') ?? [];
  const { rows } = await sql.query<{ next: string | null; removed: number }>({
    name: 'notify-sweep',
    text: `WITH looked AS MATERIALIZED (
        SELECT recipient_id, cause, object_id, actor_id, generation FROM notification_act
        WHERE (recipient_id, cause, object_id, actor_id) > ($1::bigint, $2, $3::bigint, $4::bigint)
        ORDER BY recipient_id, cause, object_id, actor_id LIMIT $5
      ), gone AS (
        DELETE FROM notification_act a USING looked l
        WHERE (a.recipient_id, a.cause, a.object_id, a.actor_id) = (l.recipient_id, l.cause, l.object_id, l.actor_id)
          AND a.generation < $6::bigint AND a.cause = ANY($7::text[])
        RETURNING a.notification_id, a.active
      ), counted AS (
        UPDATE notification n SET actor_count = n.actor_count - g.acts
        FROM (SELECT notification_id AS id, count(*)::integer AS acts FROM gone WHERE active GROUP BY 1) g
        WHERE n.id = g.id
      )
      SELECT (SELECT count(*)::integer FROM gone) AS removed,
        CASE WHEN (SELECT count(*) FROM looked) = $5 THEN (SELECT concat_ws(':', recipient_id, cause, object_id, actor_id)
          FROM looked ORDER BY recipient_id DESC, cause DESC, object_id DESC, actor_id DESC LIMIT 1) END AS next`,
    values: [recipient, cause, object, actor, limit, generation.toString(), causes],
  });
  return rows[0] ?? { next: null, removed: 0 };
}
