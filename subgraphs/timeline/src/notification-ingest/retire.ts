import { idAt } from '@murmuration/ids';
import type pg from 'pg';
import { notificationLimits } from '../notifications/limits.ts';

const anId = (ms: number) => idAt(ms).toString();
const aTime = (ms: number) => new Date(ms).toISOString();

/**
 * Who did it goes before what they did, for that may be a hundred thousand rows: no statement removes more than so many.
 * `before` is what stands for the time before which they go.
 */
const statements = [
  {
    before: anId,
    text: `DELETE FROM notification_act WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM notification_act WHERE notification_id < $1 LIMIT $2))`,
  },
  {
    // What was taken back before anybody was told of it keeps late events out, and none is as late as that.
    before: aTime,
    text: `DELETE FROM notification_act WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM notification_act WHERE notification_id IS NULL AND noted_at < $1 LIMIT $2))`,
  },
  {
    before: anId,
    text: `DELETE FROM notification WHERE id = ANY (ARRAY(
      SELECT id FROM notification WHERE id < $1 ORDER BY id LIMIT $2))`,
  },
];

/**
 * Forgets what is too old, in bounded steps, each a transaction of its own; what is left goes in the next round. A
 * notification grows for a day at most, so its id tells how old it is.
 * @returns how many rows went
 */
export async function retireNotifications(
  pool: Pick<pg.Pool, 'query'>,
  nowMs: number = Date.now(),
): Promise<number> {
  const { groupHours, keptDays, removals, removedAtOnce } = notificationLimits;
  const oldestMs = nowMs - keptDays * 86_400_000 - groupHours * 3_600_000;
  let removed = 0;
  let left: number = removals;
  for (const { before, text } of statements) {
    for (let count = removedAtOnce as number; count === removedAtOnce; left--) {
      if (left === 0) return removed;
      count = (await pool.query(text, [before(oldestMs), removedAtOnce])).rowCount ?? 0;
      removed += count;
    }
  }
  return removed;
}
