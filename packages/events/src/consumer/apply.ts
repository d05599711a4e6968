import { setTimeout as sleep } from 'node:timers/promises';
import { timeOf } from '@murmuration/ids';
import { inEventSpan } from '@murmuration/service-kit';
import type { WireEvent } from '../feed/wire.ts';
import { readChange, type StateChange } from './change.ts';
import { buryEvent } from './dead-letters.ts';
import { FencedOff, inFencedTransaction } from './fence.ts';
import { deadLetters, eventsApplied, feedLag } from './metrics.ts';
import { consumerLimits, consumerName, type ConsumerOptions, pauseMs } from './options.ts';
import { isOutOfTime, isTransient } from './transient.ts';

/** Applies changes and moves the cursor in one transaction, then tells the caller. */
async function applyFenced<Result>(
  options: ConsumerOptions<Result>,
  move: { from: string | null; to: string },
  changes: readonly StateChange[],
): Promise<void> {
  const feed = consumerName(options);
  const causes = changes.map((change) => change.traceContext);
  const attributes = { 'messaging.batch.message_count': changes.length };
  await inEventSpan(`consume ${feed}`, causes, attributes, async () => {
    const result = await inFencedTransaction(options.pool, { feed, ...move }, (client, generation) =>
      options.apply(client, changes, { kind: 'feed', generation }),
    );
    await tellCommitted(options, result);
  });
}

/** Whatever the caller makes of it, the effects are committed. */
export async function tellCommitted<Result>(options: ConsumerOptions<Result>, result: Result): Promise<void> {
  try {
    await options.afterCommit?.(result);
  } catch (error) {
    const feed = consumerName(options);
    options.logger.error({ err: error, feed }, 'afterCommit failed; the effects are committed');
  }
}

/**
 * Nothing can be applied, whichever aggregate it is about: then the fault is not theirs, and putting events aside
 * would bury the whole feed.
 */
export class NothingApplies extends Error {
  override readonly name = 'NothingApplies';

  constructor(feed: string, options: ErrorOptions) {
    super(`nothing of the feed "${feed}" can be applied`, options);
  }
}

export interface AppliedPage {
  cursor: string | null;
  hasPoison: boolean;
}

/**
 * Applies a page in one transaction. When that fails it goes in halves, down to single events, so that only the one
 * that cannot be applied is put aside, and a page that ran out of time takes the time it needs.
 * @throws FencedOff, NothingApplies, or what the database or the connection failed with
 */
export async function applyPage<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  events: readonly WireEvent[],
  unapplied: Unapplied,
  signal: AbortSignal,
): Promise<AppliedPage> {
  const before = unapplied.putAside;
  const cursor = await applyEvents(options, from, events, unapplied, signal);
  return { cursor, hasPoison: unapplied.putAside > before };
}

/**
 * What could not be applied since something could. It outlives the lead: who begins again after nothing could be applied
 * must not put some more aside each time.
 */
export interface Unapplied {
  aggregates: Set<string>;
  /** Events put aside so far. */
  putAside: number;
}

async function applyEvents<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  events: readonly WireEvent[],
  unapplied: Unapplied,
  signal: AbortSignal,
): Promise<string | null> {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return from;
  try {
    const changes = wanted(options, events);
    await applyFenced(options, { from, to: last.cursor }, changes);
    noteApplied(consumerName(options), events.length, last);
    // Passing over what nobody wants shows nothing.
    if (changes.length > 0) unapplied.aggregates.clear();
    return last.cursor;
  } catch (error) {
    const isSplit = events.length > 1 && isOutOfTime(error);
    if (error instanceof FencedOff || (!isSplit && (await isTransient(error, options.pool)))) throw error;
    if (events.length === 1) return applyOrBury(options, from, first, unapplied, error);
    options.logger.warn(
      { err: error, feed: consumerName(options), events: events.length },
      'a page could not be applied at once',
    );
  }
  signal.throwIfAborted();
  const middle = Math.floor(events.length / 2);
  const seam = await applyEvents(options, from, events.slice(0, middle), unapplied, signal);
  return applyEvents(options, seam, events.slice(middle), unapplied, signal);
}

/** Tries an event that failed once some times more, then puts it aside. */
async function applyOrBury<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  event: WireEvent,
  unapplied: Unapplied,
  failure: unknown,
): Promise<string> {
  const { logger, pool } = options;
  const feed = consumerName(options);
  let error = failure;
  for (let attempt = 1; attempt < consumerLimits.tries; attempt++) {
    await sleep(pauseMs(attempt, options.limits?.firstPauseMs));
    try {
      await applyFenced(options, { from, to: event.cursor }, wanted(options, [event]));
      noteApplied(feed, 1, event);
      unapplied.aggregates.clear();
      return event.cursor;
    } catch (again) {
      if (again instanceof FencedOff || (await isTransient(again, pool))) throw again;
      error = again;
    }
  }
  const { aggregateId, aggregateType, id, type } = event;
  unapplied.aggregates.add(`${aggregateType}/${aggregateId}`);
  if (unapplied.aggregates.size >= consumerLimits.unapplied) throw new NothingApplies(feed, { cause: error });
  await inFencedTransaction(pool, { feed, from, to: event.cursor }, (client) =>
    buryEvent(client, feed, event, error, consumerLimits.tries),
  );
  deadLetters.labels(feed).inc();
  logger.error({ err: error, feed, id, type, aggregateType, aggregateId }, 'a poison event was put aside');
  unapplied.putAside += 1;
  return event.cursor;
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
