import type { StateChange } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import type { FeedName, notificationPurpose } from '../feeds.ts';

const columns = {
  user: 'by_user',
  post: 'by_post',
  'user/notifications': 'news_by_user',
  'post/notifications': 'news_by_post',
} as const satisfies Record<FeedName | `${FeedName}/${typeof notificationPurpose}`, string>;

/** A consumer of this subgraph. */
type ConsumerName = keyof typeof columns;

/**
 * Notes whom the owner of a feed has erased, in the transaction of the batch that tells so, by an event or when all is read anew.
 */
export async function noteErasures(
  sql: Sql,
  consumer: ConsumerName,
  changes: readonly Pick<StateChange, 'type' | 'payload'>[],
): Promise<void> {
  const ids = changes.flatMap(({ payload, type }) =>
    type === 'erasure.finished' && 'userId' in payload ? [payload.userId] : [],
  );
  if (ids.length === 0) return;
  await sql.query(
    `INSERT INTO erasure (account_id, ${columns[consumer]}) SELECT DISTINCT unnest($1::bigint[]), true
     ON CONFLICT (account_id) DO UPDATE SET ${columns[consumer]} = true`,
    [ids],
  );
}
