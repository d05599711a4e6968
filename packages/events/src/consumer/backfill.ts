import { setTimeout as sleep } from 'node:timers/promises';
import type { WireSnapshotPage, WireSnapshotState } from '../feed/wire.ts';
import { type BackfillState, endBackfill, moveBackfill, readBackfill } from './backfill-state.ts';
import { tellCommitted } from './apply.ts';
import { readChange } from './change.ts';
import { markDirty } from './dead-letters.ts';
import { FencedOff, inTransaction, isBackfillMark, readCursor } from './fence.ts';
import { backfillStates, backfills, fencedOff } from './metrics.ts';
import { consumerLimits, type ConsumerOptions, consumerName, pauseMs } from './options.ts';
import { isOutOfTime, isTransient } from './transient.ts';

/** How many states or rows a step takes: halved when one ran out of time, slowly back to the whole. */
interface Steps {
  states: number;
  swept: number;
}

/**
 * Carries out whatever backfill somebody began, beside the feed, until the signal aborts. Each step is committed
 * with its place, so that a restart goes on from there.
 */
export async function carryOutBackfills<Result>(
  options: ConsumerOptions<Result>,
  signal: AbortSignal,
): Promise<void> {
  const feed = consumerName(options);
  const askMs = options.limits?.askMs ?? consumerLimits.askMs;
  while (!signal.aborted) {
    try {
      const state = await readBackfill(options.pool, feed);
      if (state) await carryOut(options, state, signal);
    } catch (error) {
      // Another one began over it, or another leader goes on with it: the next look tells.
      if (!(error instanceof FencedOff)) throw error;
      fencedOff.labels(feed).inc();
    }
    await sleep(askMs, undefined, { signal }).catch(() => undefined);
  }
}

async function carryOut<Result>(
  options: ConsumerOptions<Result>,
  from: BackfillState,
  signal: AbortSignal,
): Promise<void> {
  const { logger } = options;
  const feed = consumerName(options);
  const steps: Steps = { ...wholeSteps(options) };
  logger.info({ feed, ...printable(from) }, 'reads the state anew');
  let state: BackfillState | null = from;
  let at = from;
  for (let failures = 0; state; ) {
    if (signal.aborted) return;
    at = state;
    try {
      state =
        at.phase === 'read'
          ? await readStep(options, at, steps)
          : await sweepStep(options, at, steps, signal);
      failures = 0;
    } catch (error) {
      if (error instanceof FencedOff || signal.aborted) throw error;
      if (isOutOfTime(error)) makeSmaller(steps);
      if (failures++ === 0)
        logger.warn({ err: error, feed }, 'a step of the backfill failed and is tried again');
      await sleep(pauseMs(failures, options.limits?.firstPauseMs), undefined, { signal }).catch(
        () => undefined,
      );
      // Halves may have got further than this step knows.
      state = await readBackfill(options.pool, feed).catch(() => at);
    }
  }
  if (signal.aborted) return;
  const { states, removed } = at;
  backfills.labels(feed, 'finished').inc();
  logger.info({ feed, states, removed }, 'has read the state anew');
}

function wholeSteps<Result>({ limits }: ConsumerOptions<Result>): Steps {
  return { states: limits?.states ?? consumerLimits.states, swept: limits?.swept ?? consumerLimits.swept };
}

function makeSmaller(steps: Steps): void {
  steps.states = Math.max(consumerLimits.leastStates, Math.floor(steps.states / 2));
  steps.swept = Math.max(consumerLimits.leastSwept, Math.floor(steps.swept / 2));
}

/** Reads the next page and applies it. */
async function readStep<Result>(
  options: ConsumerOptions<Result>,
  at: BackfillState,
  steps: Steps,
): Promise<BackfillState | null> {
  const page: WireSnapshotPage = await options.source.page(at.aggregate, at.afterKey, steps.states);
  const expected = page.expected === undefined ? at.expected : at.states + page.expected;
  const read = { ...at, afterKey: page.next, expected, states: at.states + page.states.length };
  const next = page.next === null ? afterAggregate(options, read) : read;
  await applyStates(options, { ...at, expected }, next, page.states);
  backfillStates.labels(consumerName(options)).inc(page.states.length);
  return next;
}

/** Snapshots in their order, then the sweep in the other one: what depends on something goes before it. */
function afterAggregate<Result>(options: ConsumerOptions<Result>, read: BackfillState): BackfillState {
  const index = options.aggregates.indexOf(read.aggregate);
  const following = read.phase === 'read' ? options.aggregates[index + 1] : options.aggregates[index - 1];
  const fresh = { ...read, afterKey: null, expected: null };
  if (following !== undefined) return { ...fresh, aggregate: following };
  return { ...fresh, phase: 'sweep', aggregate: options.aggregates.at(-1) ?? '' };
}

async function applyStates<Result>(
  options: ConsumerOptions<Result>,
  at: BackfillState,
  to: BackfillState,
  states: readonly WireSnapshotState[],
): Promise<void> {
  const { logger, pool } = options;
  const feed = consumerName(options);
  const { aggregate, generation } = at;
  try {
    const changes = states.flatMap((state) => readChange(state) ?? []);
    const result = await inTransaction(pool, async (client) => {
      await moveBackfill(client, feed, at, to);
      return options.apply(client, changes, { kind: 'snapshot', aggregate, generation });
    });
    await tellCommitted(options, result);
  } catch (error) {
    if (error instanceof FencedOff || (await isTransient(error, pool))) throw error;
    const [state] = states;
    if (!state) throw error;
    if (states.length > 1) return applyHalves(options, at, to, states);
    logger.error(
      { err: error, feed, aggregate, key: state.key },
      'a state could not be applied and stays dirty',
    );
    await inTransaction(pool, async (client) => {
      await moveBackfill(client, feed, at, to);
      await markDirty(client, feed, state);
    });
  }
}

/** Finds what cannot be applied by halving; each half is a step of its own. */
async function applyHalves<Result>(
  options: ConsumerOptions<Result>,
  at: BackfillState,
  to: BackfillState,
  states: readonly WireSnapshotState[],
): Promise<void> {
  const middle = Math.floor(states.length / 2);
  const seam = { ...at, afterKey: states[middle - 1]?.key ?? null, states: at.states + middle };
  await applyStates(options, at, seam, states.slice(0, middle));
  await applyStates(options, seam, to, states.slice(middle));
}

/** Removes some of what no page confirmed; ends the backfill behind the last of it. */
async function sweepStep<Result>(
  options: ConsumerOptions<Result>,
  at: BackfillState,
  steps: Steps,
  signal: AbortSignal,
): Promise<BackfillState | null> {
  const feed = consumerName(options);
  const { aggregate, generation, afterKey: after } = at;
  const next = await inTransaction(options.pool, async (client) => {
    const swept = (await options.sweep?.(client, { aggregate, generation, after, limit: steps.swept })) ?? {
      next: null,
      removed: 0,
    };
    const removed = at.removed + swept.removed;
    const moved: BackfillState = { ...at, afterKey: swept.next, removed };
    const isLast = swept.next === null && aggregate === options.aggregates[0];
    const to = swept.next === null && !isLast ? afterAggregate(options, moved) : moved;
    await moveBackfill(client, feed, at, to);
    return isLast ? null : to;
  });
  if (next !== null) return next;
  await othersGoOn(options, signal);
  if (!signal.aborted) await endBackfill(options, at);
  return null;
}

/** Resolves once it is known of all feeds beside this one what becomes of them, or after `besideMs`. */
async function othersGoOn<Result>(options: ConsumerOptions<Result>, signal: AbortSignal): Promise<void> {
  const { beside = [], limits, logger, pool } = options;
  const until = performance.now() + (limits?.besideMs ?? consumerLimits.besideMs);
  for (let attempt = 0; !signal.aborted; attempt++) {
    const known = await Promise.all(beside.map((other) => goesOn(pool, other, signal)));
    if (known.every(Boolean)) return;
    if (performance.now() >= until) {
      logger.warn({ feed: consumerName(options) }, 'ends its backfill, whatever becomes of the other feeds');
      return;
    }
    await sleep(pauseMs(attempt, limits?.firstPauseMs), undefined, { signal }).catch(() => undefined);
  }
}

/** Whether a feed has been begun, or begun anew, and its producer still takes its cursor. */
async function goesOn(
  pool: ConsumerOptions['pool'],
  other: Pick<ConsumerOptions, 'feed' | 'purpose' | 'source'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const after = await readCursor(pool, consumerName(other));
    if (after === null || isBackfillMark(after)) return false;
    const read = await other.source.read({ after, limit: 1, waitMs: 0, signal });
    return read.status === 'page';
  } catch {
    return false;
  }
}

/** A backfill as logs and people want to read it. */
function printable({ generation, phase, aggregate, states }: BackfillState) {
  return { generation: String(generation), phase, aggregate, states };
}
