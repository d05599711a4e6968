import { type ConsumerOptions, createFeedSource, type StateChange } from '@murmuration/events';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import type pg from 'pg';

const purpose = 'erasure';

/** Notes whom `user` erased, by its feed; what follows is done by {@link eraseNext}, which may take long. */
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

export async function noteErasures(
  client: Pick<pg.PoolClient, 'query'>,
  changes: readonly Pick<StateChange, 'type' | 'payload'>[],
): Promise<void> {
  const ids = changes.flatMap(({ payload, type }) =>
    type === 'erasure.finished' && 'userId' in payload ? [payload.userId] : [],
  );
  if (ids.length === 0) return;
  await client.query(
    `INSERT INTO erasure (account_id) SELECT DISTINCT unnest($1::bigint[]) ON CONFLICT DO NOTHING`,
    [ids],
  );
}
