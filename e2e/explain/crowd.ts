import pg from 'pg';
// By path: where the feeds stand is nobody else's business, and the seeder's passwords are the service's.
import { readHead } from '../../packages/events/src/feed/look.ts';
import { hashPassword } from '../../subgraphs/user/src/accounts/passwords.ts';
import { type CrowdSize, crowdSql } from './crowd-sql.ts';

export const crowdPassword = 'murmuration';

type Urls = Record<'user' | 'post' | 'timeline', string>;

/** Fills three migrated databases, the timeline as if it had read everything, and gathers statistics. */
export async function makeCrowd(urls: Urls, size: CrowdSize): Promise<void> {
  const sql = crowdSql(size);
  const passwordHash = await hashPassword(crowdPassword);
  const [accounts = '', ...rest] = sql.user;
  await Promise.all([
    fill(urls.user, [{ text: accounts, values: [passwordHash] }, ...rest.map((text) => ({ text }))]),
    fill(
      urls.post,
      sql.post.map((text) => ({ text })),
    ),
    fill(
      urls.timeline,
      sql.timeline.map((text) => ({ text })),
    ),
  ]);
  await standAtHeads(urls);
}

/** Runs statements on one database, in minutes if they take them, and gathers statistics. */
export async function fill(
  connectionString: string,
  statements: { text: string; values?: string[] }[],
): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    // Minutes, on purpose. No plan is written for what only makes the crowd.
    await client.query(
      `SET transaction_timeout = 0; SET auto_explain.log_min_duration = -1; SET maintenance_work_mem = '256MB'`,
    );
    for (const statement of statements) await client.query(statement);
    await client.query('VACUUM (ANALYZE)');
  } finally {
    await client.end();
  }
}

/** A consumer without a place would begin by reading everything. */
export async function standAtHeads(urls: Urls): Promise<void> {
  const timeline = new pg.Client({ connectionString: urls.timeline });
  await timeline.connect();
  for (const feed of ['user', 'post'] as const) {
    const producer = new pg.Pool({ connectionString: urls[feed], max: 1 });
    const cursor = await readHead(producer);
    await producer.end();
    await timeline.query('INSERT INTO consumer (feed, cursor) VALUES ($1, $2)', [feed, cursor]);
  }
  await timeline.end();
}
