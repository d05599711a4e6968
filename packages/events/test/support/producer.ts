import { createTestDatabase } from '@murmuration/testing';
import pg from 'pg';
import {
  createFeed,
  type Feed,
  type FeedSource,
  outboxInsertSql,
  outboxJson,
  renewFeedIdentity,
} from '../../src/index.ts';
import { silent, sourceOf } from './source.ts';

export type FollowState = 'active' | 'requested' | 'removed';

/** A `user` database with its feed: the producer of these stories. */
export interface Producer {
  url: string;
  pool: pg.Pool;
  feed: Feed;
  source: FeedSource;
  /** Changes a follow as `user` does: the locked row gives the version, the event goes with it. */
  follow(follower: number, followee: number, state?: FollowState, client?: pg.ClientBase): Promise<void>;
  truth(): Promise<Map<string, string>>;
  /** What the restore command does. */
  renewIdentity(): Promise<void>;
  close(): Promise<void>;
}

export async function openProducer(): Promise<Producer> {
  const database = await createTestDatabase('user');
  const pool = new pg.Pool({ connectionString: database.url, max: 10 });
  pool.on('error', () => undefined);
  const feed = createFeed({ pool, name: 'user', logger: silent });
  return {
    url: database.url,
    pool,
    feed,
    source: sourceOf(pool, feed),
    follow: (follower, followee, state = 'active', client) =>
      client
        ? write(client, follower, followee, state)
        : inTransaction(pool, (own) => write(own, follower, followee, state)),
    async truth() {
      const { rows } = await pool.query(
        `SELECT follower_id || ':' || followee_id AS key, state || ' v' || version AS held FROM follow`,
      );
      return new Map(rows.map((row) => [row.key, row.held]));
    },
    renewIdentity: () => renewFeedIdentity(pool),
    async close() {
      feed.close();
      await pool.end();
      await database.drop();
    },
  };
}

export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } finally {
    client.release();
  }
}

async function write(
  client: pg.ClientBase,
  follower: number,
  followee: number,
  state: FollowState,
): Promise<void> {
  const { rows } = await client.query<{ id: string; version: string }>(
    `INSERT INTO follow AS f (follower_id, followee_id, state) VALUES ($1, $2, $3)
     ON CONFLICT (follower_id, followee_id) DO UPDATE
       SET state = excluded.state, id = excluded.id, version = f.version + 1
     RETURNING id::text, version::text`,
    [follower, followee, state],
  );
  const row = rows[0] ?? { id: '', version: '' };
  const event = {
    type: 'follow.changed',
    aggregateId: `${follower}:${followee}`,
    version: BigInt(row.version),
    payload: { followerId: String(follower), followeeId: String(followee), followId: row.id, state },
  } as const;
  await client.query(outboxInsertSql('$1'), [outboxJson([event])]);
}
