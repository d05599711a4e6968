import { timeOf } from '@murmuration/ids';
import type { Logger, RedisCache } from '@murmuration/service-kit';
import type pg from 'pg';
import { decodePosition } from './cursor.ts';
import { createReaderRegister } from './readers.ts';
import { createFeedHints } from './hints.ts';
import { look, readHead } from './look.ts';
import { feedEventsServed, feedResets, horizonAge } from './metrics.ts';
import type { ResetReason, WirePage } from './wire.ts';

export const feedLimits = {
  events: 1_000,
  waitMs: 25_000,
  /** While committed rows wait behind the horizon: they are due any moment, and no hint will come. */
  horizonLookMs: 20,
  /** Without a hint, for hints may be lost. */
  idleLookMs: 500,
} as const;

export type FeedAnswer = ({ status: 'page' } & WirePage) | { status: 'reset'; because: ResetReason };

export interface Feed {
  name: string;
  /**
   * Events after a cursor, at most `limit`, in the feed's order. With none to give it waits up to `waitMs`.
   * A reader that names itself is registered: nothing it has not passed is dropped.
   */
  read(request: {
    after: string | null;
    limit: number;
    waitMs: number;
    reader?: string;
    signal?: AbortSignal;
  }): Promise<FeedAnswer>;
  /**
   * Everything before this place is visible to any read that begins later. A reader that names itself is registered
   * there, so that nothing past it is dropped while the reader is busy with what was before.
   */
  head(reader?: string): Promise<string>;
  /** Call after a commit that wrote to the outbox: readers that wait look at once. */
  hint(): void;
  /** Ends every waiting read with what there is. */
  close(): void;
}

/** Serves a database's outbox. `pool` must lead to the primary and never through a transaction pooler. */
export function createFeed(options: {
  pool: pg.Pool;
  name: string;
  logger: Logger;
  /** Carries wake-ups between processes; without it readers look every half second. */
  redis?: RedisCache;
}): Feed {
  const { pool, name } = options;
  const hints = createFeedHints(name, options.redis);
  const readers = createReaderRegister(pool, options.logger);
  const closing = new AbortController();

  return {
    name,
    async read({ after, limit, waitMs, reader, signal }) {
      const deadline = performance.now() + Math.min(waitMs, feedLimits.waitMs);
      const ends = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      for (;;) {
        const seen = hints.count();
        const found = await look(pool, after, Math.min(limit, feedLimits.events));
        if (found.status === 'reset') {
          feedResets.labels(name, found.because).inc();
          return found;
        }
        horizonAge.labels(name).set(ageOf(found.waitingSince));
        if (reader) await readers.saw(reader, found.asked);
        const restMs = deadline - performance.now();
        if (found.events.length > 0 || restMs <= 0 || ends.aborted) {
          feedEventsServed.labels(name).inc(found.events.length);
          return { status: 'page', events: found.events, cursor: found.cursor };
        }
        const nextMs = found.waitingSince === null ? feedLimits.idleLookMs : feedLimits.horizonLookMs;
        await hints.wait(seen, Math.min(restMs, nextMs), ends);
      }
    },
    async head(reader) {
      const head = await readHead(pool);
      const place = decodePosition(head);
      if (reader && place) await readers.register(reader, place);
      return head;
    },
    hint: () => hints.publish(),
    close() {
      closing.abort();
      hints.close();
    },
  };
}

function ageOf(waitingSince: bigint | null): number {
  return waitingSince === null ? 0 : Math.max(0, (Date.now() - timeOf(waitingSince)) / 1_000);
}
