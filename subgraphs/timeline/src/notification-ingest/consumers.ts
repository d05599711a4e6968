import { type ConsumerOptions, createFeedSource, type StateChange } from '@murmuration/events';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import { noteErasures } from '../erasure/told.ts';
import { type FeedName, notificationFeeds, notificationPurpose } from '../feeds.ts';
import { endSessions } from '../push/endpoints.ts';
import { type Applied, applyNews, sweepNews } from './apply.ts';
import { notificationFreshness } from './metrics.ts';

export interface NotificationIngestOptions {
  pool: pg.Pool;
  databaseUrl: string;
  producers: Record<FeedName, Pick<InternalClient, 'call'>>;
  logger: Logger;
  /** Called after each commit, with what it told. */
  onCommitted(applied: Applied): Promise<void> | void;
}

/**
 * How notifications are made of a feed: by a consumer of their own, with a place of its own in the feed's retention. The
 * first time, and after a producer's restore, it reads the whole state; see `backfilledDays`.
 */
export function notificationConsumerOf(
  feed: FeedName,
  options: NotificationIngestOptions,
): ConsumerOptions<Applied> {
  const { pool, databaseUrl, producers, logger, onCommitted } = options;
  const types = [...notificationFeeds[feed], 'erasure.finished'] as const;
  const endings = feed === 'user' ? (['session.ended'] as const) : [];
  return {
    feed,
    purpose: notificationPurpose,
    source: createFeedSource(producers[feed], notificationPurpose),
    pool,
    connection: { connectionString: databaseUrl, application_name: `timeline-${feed}-notifications-lead` },
    types: [...types, ...endings],
    aggregates: types.map((type) => type.slice(0, type.indexOf('.'))),
    async apply(client, changes, source) {
      const applied = await applyNews(client, changes, source);
      await endSessions(client, endedSessions(changes));
      await noteErasures(client, `${feed}/${notificationPurpose}`, changes);
      return applied;
    },
    sweep: sweepNews,
    afterCommit(applied) {
      for (const at of applied.doneAtMs) notificationFreshness.observe(Math.max(0, Date.now() - at) / 1_000);
      return onCommitted(applied);
    },
    logger,
  };
}

function endedSessions(changes: readonly StateChange[]): string[] {
  return changes.flatMap((change) => (change.type === 'session.ended' ? [change.payload.sessionId] : []));
}
