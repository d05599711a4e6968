import type { ChangeSource } from '@murmuration/events';
import { applyNews } from '../../src/notification-ingest/apply.ts';
import { createNotificationPublisher } from '../../src/notification-live/publisher.ts';
import { isUnknown, type Notification } from '../../src/notifications/notification.ts';
import type { NotificationKind } from '../../src/notifications/kinds.ts';
import type { IncomingChange } from '../../src/ingest/changes.ts';
import type { TestLive } from './live.ts';

const feed: ChangeSource = { kind: 'feed', generation: 0n };

/** The consumers of notifications over a projection that is followed live: each call is one transaction of theirs. */
export function openNews(live: TestLive) {
  const { logger, pool, redis } = live;
  const publish = createNotificationPublisher({ redis, logger });

  /** Makes notifications of changes, and gives all of it up before the commit when told to. */
  async function apply(
    changes: readonly IncomingChange[],
    { source = feed, dies = false }: { source?: ChangeSource; dies?: boolean } = {},
  ) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const applied = await applyNews(client, changes as Parameters<typeof applyNews>[1], source);
      await client.query(dies ? 'ROLLBACK' : 'COMMIT');
      return applied;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  /** All of a viewer's notifications, read in pages of one size. */
  async function all(
    viewer: bigint,
    { size = 50, kinds = null }: { size?: number; kinds?: NotificationKind[] | null } = {},
  ): Promise<Notification[]> {
    const found: Notification[] = [];
    for (let after: string | null = null; ; ) {
      const page = await live.services.notifications.page(viewer, { first: size, after }, kinds);
      for (const { seen } of page.edges) {
        if (isUnknown(seen)) throw seen.because;
        found.push(seen);
      }
      if (!page.pageInfo.hasNextPage) return found;
      after = page.pageInfo.endCursor;
    }
  }

  return {
    apply,
    all,
    /** What happens reaches both the projection and the notifications, and is published. */
    async tell(changes: readonly IncomingChange[]) {
      await live.tell(changes);
      await publish(await apply(changes));
    },
    /** As `kind: people → post`, newest first. */
    async told(viewer: bigint): Promise<string[]> {
      return (await all(viewer)).map(
        ({ actorIds, kind, postId }) => `${kind}: ${actorIds.join(' ')} → ${postId ?? ''}`,
      );
    },
    unread: (viewer: bigint) => live.services.notifications.unreadCount(viewer),
    async markSeen(viewer: bigint) {
      const { edges } = await live.services.notifications.page(viewer, { first: 1 }, null);
      const through = edges[0]?.cursor ?? '';
      return live.services.markers.move(viewer, 'notifications', through);
    },
    /** Collects what a stream tells until it is hung up. */
    listen(viewer: bigint, after: string | null = null) {
      const stream = live.services.notificationStreams(viewer, after);
      const events: Awaited<ReturnType<typeof stream.next>>['value'][] = [];
      const ended = (async () => {
        for await (const event of stream) events.push(event);
      })();
      return {
        events,
        told: () =>
          events.flatMap((event) =>
            event?.type === 'NotificationAdded'
              ? [`${event.notification.kind}: ${event.notification.actorIds.join(' ')}`]
              : [event?.type ?? ''],
          ),
        lastCursor: () => events.at(-1)?.cursor ?? null,
        async hangUp() {
          await stream.return?.();
          await ended;
        },
      };
    },
  };
}

export type TestNews = ReturnType<typeof openNews>;
