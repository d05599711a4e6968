import type { InternalKey } from '@murmuration/config';
import { createAuthorSights, createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import type pg from 'pg';
import type { Reads } from './database/pool.ts';
import { createHomeCache } from './home-cache/cache.ts';
import { createRebuilds } from './home-cache/rebuild.ts';
import { createCandidateSource } from './home/candidate-source.ts';
import { createCursorWatch } from './home/cursor-watch.ts';
import { createHomeCursors } from './belonging/edge.ts';
import type { ListSource } from './belonging/source.ts';
import { createVisible } from './belonging/visible.ts';
import { homeRebuilds } from './home/metrics.ts';
import { createPushedToWatch } from './home-cache/pushed-to.ts';
import { createPositionWait } from './home/read-your-writes.ts';
import { candidatesBySource, createTableSource } from './pages/candidates.ts';
import { createPipeline } from './pages/pipeline.ts';
import { createTimelineService, type TimelineService } from './pages/service.ts';
import { type TimelineLimits, timelineLimits } from './limits.ts';
import { createListCursors, createLiveCursors } from './log/cursor.ts';
import { type AudienceKeys, startAudienceKeys } from '@murmuration/service-kit/subgraph';
import { createSignAudience } from './live/audience.ts';
import { createAudienceKeyStore } from './live/audience-key-store.ts';
import { createCrowdRelations } from './live/crowd-relations.ts';
import { createHub } from './live/hub.ts';
import { readLogHead } from './log/head.ts';
import { createLook } from './live/look.ts';
import { createReplayTogether } from './live/replay-together.ts';
import { createReplay } from './live/replayer.ts';
import { createRouter } from './live/router.ts';
import type { LiveEvent } from './live/live-event.ts';
import { createListHub } from './live/list-hub.ts';
import { createHomeStreams, createListStreams } from './live/streams.ts';
import { createMarkerService, type MarkerService } from './markers/service.ts';
import { startNotifications } from './notification-live/start.ts';
import type { NotificationEvent } from './notification-live/hub.ts';
import type { OpenStream } from './log/resumable-streams.ts';
import { readNotificationHead } from './notifications/preferences.ts';
import type { NotificationService } from './notifications/service.ts';
import { type ListLimits, listLimits as listDefaults } from './lists/limits.ts';
import { createListService, type ListService } from './lists/service.ts';
import { createPushService, type PushOptions, type PushService } from './push/service.ts';
import { createWordService, type WordService } from './words/service.ts';
import { createThreadService, type ThreadService } from './words/threads.ts';
import { followLog, type Tail, type TailListener } from './live/tail.ts';

export interface ServiceOptions {
  /** Leads to the primary. */
  pool: pg.Pool;
  /** Leads to the primary, too. */
  reads: Reads;
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  logger: Logger;
  limits?: TimelineLimits;
  listLimits?: ListLimits;
  push: PushOptions;
}

export interface Services {
  timelines: TimelineService;
  lists: ListService;
  streams: OpenStream<LiveEvent>;
  listStreams: OpenStream<LiveEvent, ListSource>;
  notifications: NotificationService;
  notificationStreams: OpenStream<NotificationEvent>;
  markers: MarkerService;
  words: WordService;
  threads: ThreadService;
  push: PushService;
  /** By which other subgraphs verify whom an event is for. */
  publicKeys: AudienceKeys['published'];
}

/** What resolvers call. It follows the log from now on, until it is stopped. */
export async function startServices(options: ServiceOptions): Promise<Services & { stop(): Promise<void> }> {
  const { pool: sql, reads, redis, keys, logger, limits = timelineLimits } = options;
  const cache = createHomeCache(redis, limits);
  const onOutcome = (outcome: string) => homeRebuilds.labels(outcome).inc();
  const rebuilds = createRebuilds({ cache, sql, limits, onOutcome, logger });
  const relationships = createRelationships(options);
  const pushedTo = createPushedToWatch(reads, limits);
  const ids = candidatesBySource({
    home: createCandidateSource({ reads, sql, cache, pushedTo, rebuilds, relationships, logger, limits }),
    list: createTableSource({ reads, sql, limits }),
  });
  const pipeline = createPipeline({ sql: reads, ids, relationships, limits });
  const visible = createVisible({ sql: reads, relationships });
  const cursors = createLiveCursors(keys);
  const watch = createCursorWatch({ sql, logger, limits });

  const sights = createAuthorSights(options);
  const start = await readLogHead(sql);
  const audienceKeys = startAudienceKeys({ store: createAudienceKeyStore(sql), logger });
  const sign = createSignAudience(audienceKeys);
  const route = createRouter({ sql, sights, sign });
  const crowd = createCrowdRelations({ relationships, sights });
  const seenByCrowd = createVisible({ sql: reads, relationships: crowd });
  const look = createLook({ relationships: crowd, sign });
  const replay = createReplay({ sql, visible: seenByCrowd, look, limits });
  const hub = createHub({ sql, start, route, replay, logger, limits });
  const entryCursors = createHomeCursors(keys);
  const lists = createListService({
    pool: sql,
    reads,
    relationships,
    crowd,
    keys,
    entryCursors,
    limits: options.listLimits ?? listDefaults,
  });
  const listCursors = createListCursors(keys);
  const listHub = createListHub({
    sql,
    start,
    replay,
    together: createReplayTogether({ sql, reads, relationships: crowd, look, limits }),
    requireList: lists.require,
    readersAmong: lists.readersAmong,
    logger,
    limits,
  });
  const listener: TailListener = {
    async onEvents(events) {
      await hub.onEvents(events);
      await listHub.onEvents(events);
    },
    onReset(head) {
      hub.onReset(head);
      listHub.onReset(head);
    },
  };
  const tail: Tail = await followLog({ sql, redis, logger, start, listener, onHeard: watch.wake });
  const notifications = await startNotifications({ ...options, relationships, limits });
  return {
    notifications: notifications.service,
    notificationStreams: notifications.streams,
    markers: createMarkerService({
      sql,
      cursors: { home: entryCursors, notifications: notifications.pageCursors },
      newestNotification: async () => (await readNotificationHead(reads)).seq,
    }),
    words: createWordService({ sql }),
    threads: createThreadService({ sql, relationships }),
    push: createPushService({ ...options.push, sql }),
    lists,
    listStreams: createListStreams({
      sql,
      hub: listHub,
      cursorsOf: listCursors,
      visible: seenByCrowd,
      limits,
    }),
    timelines: createTimelineService({
      sql,
      pipeline,
      visible,
      cursorsOf: ({ id, kind }) => (kind === 'home' ? cursors : listCursors(id)),
      entryCursors,
      reached: createPositionWait({ keys, watch }),
      limits,
    }),
    streams: createHomeStreams({ sql, hub, cursors, visible: seenByCrowd, limits }),
    publicKeys: audienceKeys.published,
    async stop() {
      audienceKeys.stop();
      watch.stop();
      await rebuilds.stop();
      hub.stop();
      await tail.stop();
      await notifications.stop();
    },
  };
}
