import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * Runs something while a statement's locks are held: the statement is committed once so many wait for it.
 * @param sql of the transaction that holds
 * @returns what `run` made
 */
export async function whileHeld<Result>(
  url: string,
  sql: string,
  run: () => Promise<Result>,
  waiting = 1,
): Promise<Result> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  const observer = new pg.Client({ connectionString: url });
  await observer.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(sql);
    const running = run();
    // A failure is the caller's, and must not leave them waiting here.
    const ended = new AbortController();
    const settled = running.then(
      () => ended.abort(),
      () => ended.abort(),
    );
    const isWaitedFor = async () => {
      const { rowCount } = await observer.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return Number(rowCount) >= waiting;
    };
    while (!ended.signal.aborted && !(await isWaitedFor())) await sleep(5);
    await holder.query('COMMIT');
    await settled;
    return await running;
  } finally {
    await observer.end();
    await holder.end();
  }
}
