import { setTimeout as sleep } from 'node:timers/promises';
import type { WireSnapshotPage, WireSnapshotState } from '../feed/wire.ts';
import { applyFenced } from './apply.ts';
import { readChange } from './change.ts';
import { markDirty } from './dead-letters.ts';
import { electionLimits, leadOnce } from './election.ts';
import { FencedOff, inFencedTransaction, isBackfillMark, newBackfillMark, readCursor } from './fence.ts';
import { backfills } from './metrics.ts';
import { consumerLimits, type ConsumerOptions } from './options.ts';
import { isTransient } from './transient.ts';

/**
 * Reads the whole state anew: notes the feed's head, pages through the snapshots, and leaves the consumer
 * at that head, from where versions make the replay harmless.
 * @returns the cursor to go on from
 * @throws FencedOff when another leader took over
 */
export async function readStateAnew<Result>(
  options: ConsumerOptions<Result>,
  from: string | null,
  signal: AbortSignal,
): Promise<string> {
  const { feed, logger, pool, source } = options;
  // A mark of its own: an earlier, slower backfill could otherwise write pages older than this head.
  const mark = newBackfillMark();
  await inFencedTransaction(pool, { feed, from, to: mark }, async (client) => {
    await client.query('DELETE FROM dirty_aggregate WHERE feed = $1', [feed]);
    await options.onReset?.(client);
  });
  logger.info({ feed }, 'reads the state anew');
  const head = await source.head();
  let states = 0;
  for (const aggregate of options.aggregates) {
    let after: string | null = null;
    do {
      signal.throwIfAborted();
      const page: WireSnapshotPage = await source.page(
        aggregate,
        after,
        options.limits?.states ?? consumerLimits.states,
      );
      await applyStates(options, mark, { aggregate, after, through: page.next }, page.states);
      states += page.states.length;
      after = page.next;
    } while (after !== null);
  }
  await inFencedTransaction(pool, { feed, from: mark, to: head }, async () => undefined);
  backfills.labels(feed, 'finished').inc();
  logger.info({ feed, states }, 'has read the state anew');
  return head;
}

interface Range {
  aggregate: string;
  after: string | null;
  through: string | null;
}

async function applyStates<Result>(
  options: ConsumerOptions<Result>,
  mark: string,
  range: Range,
  states: readonly WireSnapshotState[],
): Promise<void> {
  try {
    const changes = states.flatMap((state) => readChange(state) ?? []);
    await applyFenced(options, { from: mark, to: mark }, changes, { kind: 'snapshot', ...range });
  } catch (error) {
    if (error instanceof FencedOff || (await isTransient(error, options.pool))) throw error;
    const [state] = states;
    if (!state) throw error;
    if (states.length > 1) return applyHalves(options, mark, range, states);
    const { feed, logger, pool } = options;
    logger.error({ err: error, feed, ...range }, 'a state could not be applied and stays dirty');
    await inFencedTransaction(pool, { feed, from: mark, to: mark }, (client) =>
      markDirty(client, feed, state),
    );
  }
}

/** Finds what cannot be applied by halving; each half answers for its own part of the range. */
async function applyHalves<Result>(
  options: ConsumerOptions<Result>,
  mark: string,
  range: Range,
  states: readonly WireSnapshotState[],
): Promise<void> {
  const middle = Math.floor(states.length / 2);
  const seam = states[middle - 1]?.key ?? null;
  await applyStates(options, mark, { ...range, through: seam }, states.slice(0, middle));
  await applyStates(options, mark, { ...range, after: seam }, states.slice(middle));
}

/**
 * The `backfill` command: fences off whoever consumes, and ends once the state was read anew, by this
 * process or by the one that runs the consumer.
 */
export async function backfill<Result>(
  options: ConsumerOptions<Result>,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { feed, logger, pool } = options;
  await pool.query(
    `INSERT INTO consumer (feed, cursor) VALUES ($1, $2)
     ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor`,
    [feed, newBackfillMark()],
  );
  while (!signal.aborted) {
    const done = new AbortController();
    const watch = watchForEnd(options, done);
    try {
      await leadOnce({
        connection: options.connection,
        office: `consumer:${feed}`,
        signal: AbortSignal.any([signal, done.signal]),
        logger,
        lead: async (leading) => {
          const cursor = await readCursor(pool, feed);
          if (isBackfillMark(cursor)) await readStateAnew(options, cursor, leading);
        },
      });
    } catch (error) {
      if (!(error instanceof FencedOff) && !done.signal.aborted) throw error;
    } finally {
      done.abort();
      await watch;
    }
    if (!isBackfillMark(await readCursor(pool, feed))) return;
  }
}

async function watchForEnd<Result>(options: ConsumerOptions<Result>, done: AbortController): Promise<void> {
  const { signal } = done;
  while (!signal.aborted) {
    await sleep(electionLimits.askMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted && !isBackfillMark(await readCursor(options.pool, options.feed))) done.abort();
  }
}
