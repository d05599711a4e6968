import { randomBytes } from 'node:crypto';
import type { InternalClient } from '@murmuration/service-kit';
import { liveStreams } from '@murmuration/service-kit/subgraph';
import { vi } from 'vitest';
import { createLiveCursors } from '../../src/log/cursor.ts';
import { startPublisher } from '../../src/live/publisher.ts';
import type { CursoredEvent } from '../../src/live/live-event.ts';
import type { TimelineLimits } from '../../src/limits.ts';
import type { ListLimits } from '../../src/lists/limits.ts';
import { startServices } from '../../src/services.ts';
import { answerFor, openHome } from './home.ts';
import { pushOptions } from './push.ts';
import type { Town } from './town.ts';

const keys = [{ id: 'test', secret: randomBytes(32) }] as const;

/** A projection that is followed live: the publisher of its log and one process that serves streams. */
export async function openLive(
  town: Town,
  options: {
    redisUrl?: string;
    limits?: Partial<TimelineLimits>;
    user?: Pick<InternalClient, 'call'>;
    listLimits?: ListLimits;
  } = {},
) {
  const home = await openHome(town, options);
  const { logger, pool, reads, redis, limits } = home;
  const push = pushOptions();
  const publisher = startPublisher({ sql: pool, redis, logger, isLeading: () => true });
  const services = await startServices({
    pool,
    reads,
    redis,
    logger,
    limits,
    keys: [keys[0]],
    user: options.user ?? { call: answerFor(town) },
    push,
    ...(options.listLimits && { listLimits: options.listLimits }),
  });
  const open = new Set<AsyncIterableIterator<CursoredEvent>>();
  const begun = async () => (await liveStreams.get()).values[0]?.value ?? 0;
  /** Other tests of this process may have left some. */
  const others = await begun();
  /** A stream without a cursor begins at the head that it finds: what is told before that is not for it. */
  const allHaveBegun = async () => (await begun()) - others >= open.size;

  function stream(viewer: bigint, after: string | null = null) {
    const events = services.streams(viewer, after);
    open.add(events);
    const close = async () => {
      open.delete(events);
      await events.return?.();
    };
    return { events, close };
  }
  return {
    ...home,
    services,
    push,
    cursors: createLiveCursors([keys[0]]),
    async tell(changes: Parameters<typeof home.apply>[0]) {
      await vi.waitUntil(allHaveBegun, { timeout: 15_000, interval: 2 });
      await home.apply(changes);
      publisher.poke();
    },
    /** For the test to take event by event. */
    stream,
    listen: (viewer: bigint, after: string | null = null) => listen(stream(viewer, after)),
    async close() {
      await publisher.stop();
      await services.stop();
      await home.close();
    },
  };
}

export type TestLive = Awaited<ReturnType<typeof openLive>>;

/** Collects what a stream tells until it is hung up. */
export function listen(stream: { events: AsyncIterableIterator<CursoredEvent>; close: () => Promise<void> }) {
  const events: CursoredEvent[] = [];
  const ended = (async () => {
    for await (const event of stream.events) events.push(event);
  })();
  return {
    events,
    added: () => events.flatMap((event) => (event.type === 'PostAdded' ? [event.entry.id] : [])),
    types: () => events.map(({ type }) => type),
    lastCursor: () => events.at(-1)?.cursor ?? null,
    async hangUp() {
      await stream.close();
      await ended;
    },
  };
}
