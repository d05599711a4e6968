import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import pg from 'pg';

/** Waits until every post is projected and pushed. @returns for how long, in seconds */
export async function caughtUp({ databaseUrls }: Stack): Promise<number> {
  const clients = [databaseUrls.post, databaseUrls.timeline].map(
    (connectionString) => new pg.Client({ connectionString }),
  );
  const [post, timeline] = clients;
  const startedAtMs = performance.now();
  const count = async (client: pg.Client | undefined, sql: string) =>
    Number((await client?.query<{ count: string }>(sql))?.rows[0]?.count);
  try {
    for (const client of clients) await client.connect();
    const said = await count(post, 'SELECT count(*) FROM post');
    while ((await count(timeline, 'SELECT count(*) FROM post_ref')) < said) await sleep(50);
    const waiting = `SELECT (SELECT count(*) FROM fanout_task)
      + (SELECT h.seq - c.seq FROM timeline_head h, fanout_cursor c) AS count`;
    while ((await count(timeline, waiting)) > 0) await sleep(50);
    return (performance.now() - startedAtMs) / 1_000;
  } finally {
    for (const client of clients) await client.end();
  }
}
