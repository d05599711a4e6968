import { setTimeout as sleep } from 'node:timers/promises';
import { applyPage } from './apply.ts';
import { readStateAnew } from './backfill.ts';
import { refetchDirty } from './dirty.ts';
import { leadOnce } from './election.ts';
import type { FeedRead } from './feed-source.ts';
import { FencedOff, inFencedTransaction, isBackfillMark, newBackfillMark, readCursor } from './fence.ts';
import { beginAtZero, feedLag, feedProgress, fencedOff, readFailures } from './metrics.ts';
import { consumerLimits, type ConsumerOptions, pauseMs } from './options.ts';

export interface Consumer {
  isLeading(): boolean;
  /** Finishes the transaction that runs, gives up the lead and ends. */
  stop(): Promise<void>;
}

/**
 * Consumes a feed until stopped. Any number of processes may run it: one leads, the others stand by. Effects
 * are exactly once, for they commit with the cursor or not at all.
 */
export function runConsumer<Result = void>(options: ConsumerOptions<Result>): Consumer {
  const stopping = new AbortController();
  let isLeading = false;
  beginAtZero(options.feed);
  const running = candidate(options, stopping.signal, (leads) => {
    isLeading = leads;
  });
  return {
    isLeading: () => isLeading,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function candidate<Result>(
  options: ConsumerOptions<Result>,
  stopped: AbortSignal,
  setLeading: (leads: boolean) => void,
): Promise<void> {
  const { feed, logger } = options;
  for (let failures = 0; !stopped.aborted; failures++) {
    try {
      await leadOnce({
        connection: options.connection,
        office: `consumer:${feed}`,
        signal: stopped,
        logger,
        lead: async (signal) => {
          setLeading(true);
          await follow(options, signal);
          failures = 0;
        },
      });
    } catch (error) {
      if (error instanceof FencedOff) {
        fencedOff.labels(feed).inc();
        logger.warn({ feed }, 'was fenced off and steps down');
      } else if (!stopped.aborted) {
        logger.error({ err: error, feed }, 'the consumer failed and will begin again');
      }
    } finally {
      setLeading(false);
      // Another leader's business now; `feedProgress` tells when there is none.
      feedLag.labels(feed).set(0);
    }
    await sleep(pauseMs(failures, options.limits?.firstPauseMs), undefined, { signal: stopped }).catch(
      () => undefined,
    );
  }
}

/** Leads: reads and applies until the signal aborts, or throws. */
async function follow<Result>(options: ConsumerOptions<Result>, signal: AbortSignal): Promise<void> {
  const { feed, pool } = options;
  let cursor = await readCursor(pool, feed);
  let dirtyLeft = true;
  while (!signal.aborted) {
    if (isBackfillMark(cursor) || (cursor === null && options.start !== 'beginning')) {
      cursor = await readStateAnew(options, cursor, signal);
      dirtyLeft = true;
    }
    if (cursor !== null && dirtyLeft) dirtyLeft = (await refetchDirty(options, cursor)) > 0;
    const page: FeedRead | null = await readPage(options, cursor, dirtyLeft, signal);
    if (page === null) return;
    if (page.status === 'reset') {
      options.logger.warn({ feed }, 'the feed cannot go on from this cursor');
      const mark = newBackfillMark();
      await inFencedTransaction(pool, { feed, from: cursor, to: mark }, async () => undefined);
      cursor = mark;
    } else if (page.events.length === 0) {
      feedLag.labels(feed).set(0);
      // Somebody else may have moved it while nothing came that would have met the fence.
      if ((await readCursor(pool, feed)) !== cursor) throw new FencedOff(feed);
    } else {
      const applied: { cursor: string | null; hasPoison: boolean } = await applyPage(
        options,
        cursor,
        page.events,
        signal,
      );
      cursor = applied.cursor;
      dirtyLeft ||= applied.hasPoison;
    }
    feedProgress.labels(feed).setToCurrentTime();
  }
}

/** The next page; a producer that does not answer is asked again. Null once the signal aborted. */
async function readPage<Result>(
  options: ConsumerOptions<Result>,
  after: string | null,
  hasDirty: boolean,
  signal: AbortSignal,
): Promise<FeedRead | null> {
  const { feed, limits, logger, source } = options;
  const waitMs = hasDirty ? 1_000 : (limits?.waitMs ?? consumerLimits.waitMs);
  const limit = limits?.events ?? consumerLimits.events;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await source.read({ after, limit, waitMs, signal });
    } catch (error) {
      if (signal.aborted) return null;
      readFailures.labels(feed).inc();
      if (failures === 0) logger.warn({ err: error, feed }, 'the producer does not answer; asking again');
      await sleep(pauseMs(failures, limits?.firstPauseMs), undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
