import { setTimeout as sleep } from 'node:timers/promises';
import { type AppliedPage, applyPage, NothingApplies, type Unapplied } from './apply.ts';
import { carryOutBackfills } from './backfill.ts';
import { beginBackfill } from './backfill-state.ts';
import { refetchDirty } from './dirty.ts';
import { leadOnce } from './election.ts';
import type { FeedRead } from './feed-source.ts';
import { FencedOff, isBackfillMark, readCursor } from './fence.ts';
import { beginAtZero, consumerStopped, feedLag, feedProgress, fencedOff, readFailures } from './metrics.ts';
import { consumerLimits, consumerName, type ConsumerOptions, pauseMs } from './options.ts';

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
  beginAtZero(consumerName(options));
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
  const { logger } = options;
  const feed = consumerName(options);
  const unapplied: Unapplied = { aggregates: new Set(), putAside: 0 };
  for (let failures = 0; !stopped.aborted; failures++) {
    try {
      await leadOnce({
        connection: options.connection,
        office: `consumer:${feed}`,
        signal: stopped,
        logger,
        lead: async (signal) => {
          setLeading(true);
          await follow(options, unapplied, signal, () => {
            failures = 0;
            consumerStopped.labels(feed).set(0);
          });
        },
      });
    } catch (error) {
      if (error instanceof FencedOff) {
        fencedOff.labels(feed).inc();
        logger.warn({ feed }, 'was fenced off and steps down');
      } else if (error instanceof NothingApplies) {
        consumerStopped.labels(feed).set(1);
        logger.fatal(
          { err: error, feed },
          'nothing of the feed can be applied: the consumer waits for people',
        );
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

/** Leads: follows the feed, and carries out backfills beside it, until the signal aborts or one of the two throws. */
async function follow<Result>(
  options: ConsumerOptions<Result>,
  unapplied: Unapplied,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const work = [followFeed(options, unapplied, both, onProgress), carryOutBackfills(options, both)];
  try {
    await Promise.all(work);
  } finally {
    failed.abort();
    await Promise.allSettled(work);
  }
}

/** Reads and applies until the signal aborts, or throws. */
async function followFeed<Result>(
  options: ConsumerOptions<Result>,
  unapplied: Unapplied,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const { logger, pool, source } = options;
  const feed = consumerName(options);
  let cursor = await readCursor(pool, feed);
  let dirtyLeft = true;

  /** The feed goes on from its head, and all that was before is read beside it. */
  async function beginAnew(): Promise<void> {
    const head = await source.head();
    await beginBackfill(options, { from: cursor, to: head });
    cursor = head;
    dirtyLeft = true;
  }

  if (isBackfillMark(cursor) || (cursor === null && options.start !== 'beginning')) await beginAnew();
  while (!signal.aborted) {
    if (cursor !== null && dirtyLeft) dirtyLeft = (await refetchDirty(options, cursor)) > 0;
    const page: FeedRead | null = await readPage(options, cursor, dirtyLeft, signal);
    if (page === null) return;
    if (page.status === 'reset') {
      logger.warn({ feed }, 'the feed cannot go on from this cursor');
      await beginAnew();
    } else if (page.events.length === 0) {
      feedLag.labels(feed).set(0);
      // Somebody else may have moved it while nothing came that would have met the fence.
      if ((await readCursor(pool, feed)) !== cursor) throw new FencedOff(feed);
      // A backfill may have left some as well.
      dirtyLeft = true;
    } else {
      const applied: AppliedPage = await applyPage(options, cursor, page.events, unapplied, signal);
      cursor = applied.cursor;
      dirtyLeft ||= applied.hasPoison;
    }
    onProgress();
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
  const { limits, logger, source } = options;
  const feed = consumerName(options);
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
