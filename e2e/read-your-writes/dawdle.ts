import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** How long each step of ingest is held up, and how long it may go on in between. */
const [heldMs, freeMs] = [60, 5];

/**
 * Makes the worker slow: holds the lock that every commit of the projection needs, again and again. Of all
 * locks that do, this one takes no transaction number, which would hold up the feeds instead.
 * @returns ends it
 */
export async function dawdle(timelineUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: timelineUrl, application_name: 'dawdler' });
  await client.connect();
  const over = new AbortController();
  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      await client.query('BEGIN');
      await client.query('LOCK TABLE timeline_head IN SHARE MODE');
      await sleep(heldMs);
      await client.query('COMMIT');
      await sleep(freeMs);
    }
  }
  const running = run();
  return async () => {
    over.abort();
    await running;
    await client.end();
  };
}
