import pg from 'pg';
import { type DatabaseName, databaseNames } from './databases.ts';

/**
 * What makes a restored copy another database than the one that others have read from. Without it a consumer
 * whose cursor is ahead of the copy would silently miss what comes next; with it the feed answers "reset" and
 * the consumer reads the state anew. Readers of the former life are forgotten: they keep no partition from
 * being dropped. The timeline has no feed: its live cursors and cached lists name its incarnation.
 */
const newLifeSql: Partial<Record<DatabaseName, string>> = {
  user: 'UPDATE feed_identity SET uuid = gen_random_uuid(); DELETE FROM feed_consumer',
  post: 'UPDATE feed_identity SET uuid = gen_random_uuid(); DELETE FROM feed_consumer',
  timeline: 'UPDATE timeline_head SET incarnation = gen_random_uuid()',
};

/** The databases that a restore must give a new life. */
export const databasesWithLives = databaseNames.filter((name) => name in newLifeSql);

/** Gives a restored database a new life, in one transaction. Before any process reaches it. */
export async function beginNewLife(options: { database: DatabaseName; url: string }): Promise<void> {
  const sql = newLifeSql[options.database];
  if (sql === undefined) return;
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
