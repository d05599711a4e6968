import type { InternalKey } from '@murmuration/config';
import type { SealedCursorCodec } from '@murmuration/ids';
import type { Relationships } from '@murmuration/relationships';
import type { Logger, RedisCache } from '@murmuration/service-kit';
import type { LiveStreamLimits } from '@murmuration/service-kit/subgraph';
import type { Reads, Sql } from '../database/pool.ts';
import { createLiveCursors } from '../log/cursor.ts';
import { readMarkers } from '../markers/marker.ts';
import { createNotificationCursors } from '../notifications/connection.ts';
import { notificationKinds } from '../notifications/kinds.ts';
import { type NotificationLimits, notificationLimits } from '../notifications/limits.ts';
import { createNotificationPages } from '../notifications/page.ts';
import { readNotificationHead } from '../notifications/preferences.ts';
import { createNotificationService, type NotificationService } from '../notifications/service.ts';
import { createResumableStreams, type OpenStream } from '../log/resumable-streams.ts';
import { createNotificationHub, type NotificationEvent, showsNotification } from './hub.ts';
import { watchMarkers } from './marker-watch.ts';
import { createLookAgain, createNotificationReplay, isReplayOver } from './replay.ts';
import { followNotifications } from './tail.ts';

export interface Notifications {
  service: NotificationService;
  streams: OpenStream<NotificationEvent>;
  /** Also what the marker is moved to. */
  pageCursors: SealedCursorCodec;
  stop(): Promise<void>;
}

/** What resolvers call. It follows what is told from now on, until it is stopped. */
export async function startNotifications(options: {
  pool: Sql;
  reads: Reads;
  redis: RedisCache;
  relationships: Pick<Relationships, 'read'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  logger: Logger;
  limits: LiveStreamLimits;
  notificationLimits?: NotificationLimits;
}): Promise<Notifications> {
  const { pool: sql, reads, redis, relationships, keys, logger, limits: live } = options;
  const own = options.notificationLimits ?? notificationLimits;
  const limits = { ...live, ...own };
  const pages = createNotificationPages({ reads, relationships, limits });
  const pageCursors = createNotificationCursors(keys);
  const liveCursors = createLiveCursors(keys, 'notifications');
  const start = await readNotificationHead(sql);
  const look = createLookAgain({ reads, pages });
  const replay = createNotificationReplay({ reads, pages, limits });
  const hub = createNotificationHub({ start, look, replay, limits });
  const tail = await followNotifications({
    sql,
    redis,
    logger,
    start,
    kinds: notificationKinds,
    listener: hub,
    limits,
  });
  const markers = watchMarkers({
    reads,
    hasListeners: hub.hasListeners,
    tell: (moved) => hub.onMoved(moved.viewerId, moved),
    limits,
    logger,
  });
  async function tellMarkers(viewerId: bigint): Promise<void> {
    for (const marker of await readMarkers(reads, viewerId)) hub.onMoved(viewerId, marker);
  }
  const streams = createResumableStreams<NotificationEvent>({
    cursorsOf: () => liveCursors,
    viewerOf: (viewerId) => viewerId,
    readHead: () => readNotificationHead(reads),
    canReplay: async (viewerId, { after }) => !(await isReplayOver(reads, viewerId, after, limits)),
    open(viewerId, from, queue, isResumed) {
      const close = hub.open(viewerId, from, queue);
      // They have no place in the order: whoever comes back is told where they are.
      if (isResumed) tellMarkers(viewerId).catch((error: Error) => queue.fail(error));
      return close;
    },
    shows: showsNotification,
    async lookAgain(viewerId, event) {
      if (event.type !== 'NotificationAdded') return event;
      const [notification] = await look(viewerId, [event.notification.id]);
      return notification ? { ...event, notification } : null;
    },
    limits,
  });
  return {
    service: createNotificationService({ sql, reads, pages, pageCursors, liveCursors, limits }),
    streams,
    pageCursors,
    async stop() {
      hub.stop();
      await tail.stop();
      await markers.stop();
    },
  };
}
