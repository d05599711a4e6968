import { idAt } from '@murmuration/ids';
import { type Logger, watchChore } from '@murmuration/service-kit';
import type pg from 'pg';
import { logRetention } from '../limits.ts';
import { notificationLimits } from '../notifications/limits.ts';

/** Who did it goes before what they did, for that may be a hundred thousand rows: no statement removes more than so many. */
const statements = [
  `DELETE FROM notification_act WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM notification_act WHERE notification_id < $1 LIMIT $2))`,
  `DELETE FROM notification WHERE id = ANY (ARRAY(SELECT id FROM notification WHERE id < $1 ORDER BY id LIMIT $2))`,
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
  const oldest = idAt(nowMs - keptDays * 86_400_000 - groupHours * 3_600_000);
  let removed = 0;
  let left: number = removals;
  for (const statement of statements) {
    for (let count = removedAtOnce as number; count === removedAtOnce; left--) {
      if (left === 0) return removed;
      count = (await pool.query(statement, [oldest.toString(), removedAtOnce])).rowCount ?? 0;
      removed += count;
    }
  }
  return removed;
}

export function startForgettingNotifications(options: { pool: pg.Pool; logger: Logger }): { stop(): void } {
  const { pool, logger } = options;
  const noteSuccess = watchChore('forget notifications');
  const run = async () => {
    try {
      const removed = await retireNotifications(pool);
      noteSuccess();
      if (removed > 0) logger.info({ removed }, 'forgot old notifications');
    } catch (error) {
      logger.warn({ err: error }, 'old notifications could not be forgotten');
    }
  };
  void run();
  const timer = setInterval(() => void run(), logRetention.everyMs);
  return { stop: () => clearInterval(timer) };
}
