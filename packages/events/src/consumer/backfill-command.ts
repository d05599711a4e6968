import { setTimeout as sleep } from 'node:timers/promises';
import { carryOutBackfills } from './backfill.ts';
import { type BackfillState, beginBackfill, readBackfill } from './backfill-state.ts';
import { leadOnce } from './election.ts';
import { readCursor } from './fence.ts';
import { consumerName, type ConsumerOptions } from './options.ts';

const lookMs = 500;

/**
 * The `backfill` command: begins one, and ends when it was carried out, by the process that runs the consumer or,
 * where none does, by this one.
 * @param onProgress called twice a second with how far it came
 */
export async function backfill<Result>(
  options: ConsumerOptions<Result>,
  signal: AbortSignal = new AbortController().signal,
  onProgress: (state: BackfillState) => void = () => undefined,
): Promise<void> {
  const { logger, pool, source } = options;
  const feed = consumerName(options);
  const cursor = await readCursor(pool, feed);
  // A feed that was never read goes on from here once somebody reads it.
  await beginBackfill(options, cursor === null ? { from: null, to: await source.head() } : undefined);
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const leading = leadOnce({
    connection: options.connection,
    office: `consumer:${feed}`,
    signal: until,
    logger,
    lead: (lead) => carryOutBackfills(options, AbortSignal.any([lead, until])),
  }).catch((error: unknown) => {
    ended.abort();
    throw error;
  });
  try {
    for (let state = await readBackfill(pool, feed); state && !until.aborted; ) {
      onProgress(state);
      await sleep(lookMs, undefined, { signal: until }).catch(() => undefined);
      state = await readBackfill(pool, feed);
    }
  } finally {
    ended.abort();
    await leading;
  }
}
