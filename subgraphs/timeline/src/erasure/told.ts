import type { StateChange } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import type { FeedName } from '../feeds.ts';

const columns = { user: 'by_user', post: 'by_post' } as const satisfies Record<FeedName, string>;

/** Notes whom the owner of a feed has erased, in the transaction of the batch that tells so. */
export async function noteErasures(
  sql: Sql,
  feed: FeedName,
  changes: readonly Pick<StateChange, 'type' | 'payload'>[],
): Promise<void> {
  const ids = changes.flatMap(({ payload, type }) =>
    type === 'erasure.finished' && 'userId' in payload ? [payload.userId] : [],
  );
  if (ids.length === 0) return;
  await sql.query(
    `INSERT INTO erasure (account_id, by_user, by_post)
     SELECT DISTINCT unnest($1::bigint[]), $2::boolean, $3::boolean
     ON CONFLICT (account_id) DO UPDATE SET ${columns[feed]} = true`,
    [ids, feed === 'user', feed === 'post'],
  );
}

/** A feed was read anew from its present state: whatever it told before, nothing of whom it erased is left of it. */
export async function noteAllTold(sql: Sql, feed: FeedName): Promise<void> {
  await sql.query(`UPDATE erasure SET ${columns[feed]} = true WHERE NOT ${columns[feed]}`);
}
