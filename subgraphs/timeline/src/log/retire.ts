import { forgetDeadLetters } from '@murmuration/events';
import { type Logger, startChores } from '@murmuration/service-kit';
import type pg from 'pg';
import { logRetention } from '../limits.ts';

/** Partitions below the newest that hold no event younger than a day and nothing that is still to be pushed. */
const retiredSql = `
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'timeline_event'::regclass
  AND (substring(c.relname FROM '\\d+$')::bigint + 1) * 1000000 <=
    (SELECT least(f.seq, (SELECT min(seq) FROM fanout_task), (SELECT min(seq) FROM fanout_chunk),
      coalesce((SELECT seq FROM timeline_event WHERE created_at > now() - $1 * interval '1 hour'
        ORDER BY seq LIMIT 1), h.seq)) FROM fanout_cursor f, timeline_head h)`;

/**
 * Drops what of the log nobody needs: live cursors older than a day are told to fetch again. Makes the next
 * partitions of posts as well, and forgets dead letters. Each statement is a transaction of its own and holds its lock for a moment.
 */
export async function keepHouse(pool: pg.Pool): Promise<string[]> {
  await forgetDeadLetters(pool);
  await pool.query(`SELECT ensure_half_year_partitions('post_ref', now(), 2)`);
  const { rows } = await pool.query<{ name: string }>(retiredSql, [logRetention.hours]);
  // Everyone queues behind whoever waits for this lock, so the wait is short: the next round tries again.
  for (const { name } of rows) await pool.query(`SET LOCAL lock_timeout = '500ms'; DROP TABLE ${name}`);
  return rows.map(({ name }) => name);
}

/** Does it once an hour or so; see {@link logRetention}. */
export function startHousekeeping(options: { pool: pg.Pool; logger: Logger }): { stop(): Promise<void> } {
  const { pool, logger } = options;
  const run = async () => {
    const dropped = await keepHouse(pool);
    if (dropped.length > 0) logger.info({ dropped }, 'dropped old parts of the log');
  };
  return startChores([{ name: 'keep the log', everyMs: logRetention.everyMs, run }], logger);
}
