import { type ConsumerOptions, createFeedSource, type StateChange } from '@murmuration/events';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import type pg from 'pg';

const purpose = 'erasure';

/** Notes whom `user` erased, by its feed; what follows is done by `eraseAll`, which may take long. */
export function erasureConsumer(options: {
  user: Pick<InternalClient, 'call'>;
  pool: pg.Pool;
  databaseUrl: string;
  logger: Logger;
}): ConsumerOptions {
  return {
    feed: 'user',
    purpose,
    source: createFeedSource(options.user, purpose),
    pool: options.pool,
    connection: { connectionString: options.databaseUrl, application_name: 'post-erasure-lead' },
    types: ['erasure.finished'],
    aggregates: ['erasure'],
    apply: noteErasures,
    logger: options.logger,
  };
}

/** An erasure that was told of before changes nothing; a later one of the same person begins anew. */
export async function noteErasures(
  client: Pick<pg.PoolClient, 'query'>,
  changes: readonly Pick<StateChange, 'type' | 'version' | 'payload'>[],
): Promise<void> {
  const told = changes.flatMap(({ payload, type, version }) =>
    type === 'erasure.finished' && 'userId' in payload
      ? [{ id: payload.userId, version: String(version) }]
      : [],
  );
  if (told.length === 0) return;
  await client.query(
    `INSERT INTO erasure AS e (account_id, told_version)
     SELECT id, max(version) FROM unnest($1::bigint[], $2::bigint[]) AS told (id, version) GROUP BY id
     ON CONFLICT (account_id) DO UPDATE
       SET told_version = excluded.told_version, after_post_id = 0, finished_at = NULL
       WHERE e.told_version < excluded.told_version`,
    [told.map(({ id }) => id), told.map(({ version }) => version)],
  );
}
