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
 * An erasure that was told of before changes nothing; with a later one of the same person what is left goes again.
 */
export async function noteErasures(
  sql: Sql,
  consumer: ConsumerName,
  changes: readonly Pick<StateChange, 'type' | 'version' | 'payload'>[],
): Promise<void> {
  const told = changes.flatMap(({ payload, type, version }) =>
    type === 'erasure.finished' && 'userId' in payload
      ? [{ id: payload.userId, version: String(version) }]
      : [],
  );
  if (told.length === 0) return;
  const column = columns[consumer];
  await sql.query(
    `INSERT INTO erasure AS e (account_id, ${column}, ${column}_version)
     SELECT id, true, max(version) FROM unnest($1::bigint[], $2::bigint[]) AS told (id, version) GROUP BY id
     ON CONFLICT (account_id) DO UPDATE SET ${column} = true,
       ${column}_version = greatest(e.${column}_version, excluded.${column}_version),
       erased_at = CASE WHEN e.${column}_version >= excluded.${column}_version THEN e.erased_at END`,
    [told.map(({ id }) => id), told.map(({ version }) => version)],
  );
}
