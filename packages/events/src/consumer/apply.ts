import { setTimeout as sleep } from 'node:timers/promises';
import { timeOf } from '@murmuration/ids';
import { inEventSpan } from '@murmuration/service-kit';
import type { WireEvent } from '../feed/wire.ts';
import { type ChangeSource, readChange, type StateChange } from './change.ts';
import { buryEvent } from './dead-letters.ts';
import { FencedOff, inFencedTransaction } from './fence.ts';
import { deadLetters, eventsApplied, feedLag } from './metrics.ts';
import { consumerLimits, type ConsumerOptions, pauseMs } from './options.ts';
import { isTransient } from './transient.ts';

/** Applies changes and moves the cursor in one transaction, then tells the caller. */
export async function applyFenced<Result>(
  options: ConsumerOptions<Result>,
  move: { from: string | null; to: string },
  changes: readonly StateChange[],
  source: ChangeSource,
): Promise<void> {
  const { feed, pool } = options;
  const causes = changes.map((change) => change.traceContext);
  await inEventSpan(
    `consume ${feed}`,
    causes,
    { 'messaging.batch.message_count': changes.length },
    async () => {
      const result = await inFencedTransaction(pool, { feed, ...move }, (client) =>
        options.apply(client, changes, source),
      );
      try {
        await options.afterCommit?.(result);
      } catch (error) {
        options.logger.error({ err: error, feed }, 'afterCommit failed; the effects are committed');
      }
    },
  );
}

/**
 * Applies a page in one transaction. When that fails its events go one by one, so that only the one that
 * cannot be applied is put aside.
 * @throws FencedOff, or what the database or the connection failed with
 */
export async function applyPage<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  events: readonly WireEvent[],
  signal: AbortSignal,
): Promise<{ cursor: string | null; hasPoison: boolean }> {
  const last = events.at(-1);
  if (!last) return { cursor: from, hasPoison: false };
  try {
    await applyFenced(options, { from, to: last.cursor }, wanted(options, events), { kind: 'feed' });
    noteApplied(options.feed, events.length, last);
    return { cursor: last.cursor, hasPoison: false };
  } catch (error) {
    if (error instanceof FencedOff || (await isTransient(error, options.pool))) throw error;
    options.logger.warn({ err: error, feed: options.feed }, 'a page could not be applied at once');
  }
  let cursor = from;
  let hasPoison = false;
  for (const event of events) {
    signal.throwIfAborted();
    const outcome = await applyOne(options, cursor, event);
    hasPoison ||= outcome === 'buried';
    noteApplied(options.feed, 1, event);
    cursor = event.cursor;
  }
  return { cursor, hasPoison };
}

async function applyOne<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  event: WireEvent,
): Promise<'applied' | 'buried'> {
  const { feed, logger } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      const changes = wanted(options, [event]);
      await applyFenced(options, { from, to: event.cursor }, changes, { kind: 'feed' });
      return 'applied';
    } catch (error) {
      if (error instanceof FencedOff || (await isTransient(error, options.pool))) throw error;
      if (attempt < consumerLimits.tries) {
        await sleep(pauseMs(attempt, options.limits?.firstPauseMs));
        continue;
      }
      await inFencedTransaction(options.pool, { feed, from, to: event.cursor }, (client) =>
        buryEvent(client, feed, event, error, attempt),
      );
      deadLetters.labels(feed).inc();
      const { aggregateId, aggregateType, id, type } = event;
      logger.error(
        { err: error, feed, id, type, aggregateType, aggregateId },
        'a poison event was put aside',
      );
      return 'buried';
    }
  }
}

function wanted<Result>(options: ConsumerOptions<Result>, events: readonly WireEvent[]): StateChange[] {
  return events.flatMap((event) => {
    if (!options.types.some((type) => type === event.type)) return [];
    return readChange(event) ?? [];
  });
}

function noteApplied(feed: string, count: number, last: WireEvent): void {
  eventsApplied.labels(feed).inc(count);
  feedLag.labels(feed).set(Math.max(0, (Date.now() - timeOf(BigInt(last.id))) / 1_000));
}
