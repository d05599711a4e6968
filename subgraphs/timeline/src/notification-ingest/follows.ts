import type { Sql } from '../database/pool.ts';
import type { Act } from './act.ts';

interface Held {
  follower_id: bigint;
  followee_id: bigint;
  kind: string | null;
  active: boolean | null;
  is_accepted: boolean | null;
}

/**
 * A follow that its followee was asked for is no news to them but to the follower: it was accepted. An event does not say
 * whether it was asked for; what is held does, and the head row is locked, so it stays as it is read.
 */
export async function acceptances(sql: Sql, acts: readonly Act[]): Promise<Act[]> {
  const follows = acts.filter(({ cause }) => cause === 'follow');
  if (follows.length === 0) return [...acts];
  const held = await readHeld(sql, follows);
  return acts.flatMap((act) => {
    if (act.cause !== 'follow') return [act];
    const known = held.get(`${act.actorId}:${act.recipientId}`);
    const accepted: Act = {
      ...act,
      cause: 'accept',
      kind: 'accepted',
      recipientId: act.actorId,
      actorId: act.recipientId,
    };
    const wasAsked = known?.kind === 'request' && (known.active || known.is_accepted);
    if (act.kind === 'follow' && act.active && wasAsked) {
      return [{ ...act, kind: 'request', active: false }, accepted];
    }
    // Whoever was let in and left, or asks anew, is let in no more.
    const isOver = known?.is_accepted && (act.kind === 'request' || !act.active);
    return isOver ? [act, { ...accepted, active: false }] : [act];
  });
}

async function readHeld(sql: Sql, follows: readonly Act[]): Promise<Map<string, Held>> {
  const { rows } = await sql.query<Held>({
    name: 'notify-held-follows',
    text: `SELECT e.follower_id, e.followee_id, f.kind, f.active, a.active AS is_accepted
      FROM jsonb_to_recordset($1::jsonb) AS e(follower_id bigint, followee_id bigint)
      LEFT JOIN LATERAL (SELECT kind, active FROM notification_act WHERE recipient_id = e.followee_id
        AND cause = 'follow' AND object_id = 0 AND actor_id = e.follower_id LIMIT 1) f ON true
      LEFT JOIN LATERAL (SELECT active FROM notification_act WHERE recipient_id = e.follower_id
        AND cause = 'accept' AND object_id = 0 AND actor_id = e.followee_id LIMIT 1) a ON true`,
    values: [
      JSON.stringify(
        follows.map(({ actorId, recipientId }) => ({ follower_id: actorId, followee_id: recipientId })),
      ),
    ],
  });
  return new Map(rows.map((row) => [`${row.follower_id}:${row.followee_id}`, row]));
}
