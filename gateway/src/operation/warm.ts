import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import { readEntry } from './admit.ts';
import type { Entry, KnownOperation } from './documents/entry.ts';
import { parseDocument } from './documents/parse-document.ts';
import { checkEntry, lastPlannedFor, planOf } from './plan.ts';
import type { Serving } from './serving.ts';

export const warmLimits = {
  /** Documents that are planned again, those used last first. */
  documents: 200,
  /** Plans of one operation that are made again, those used last first. */
  plansPerOperation: 4,
  /** A new supergraph waits no longer than this for them, in all. */
  withinMs: 5_000,
  /** What ran only once is not worth waiting for. */
  leastRuns: 2,
} as const;

export interface Warmed {
  planned: number;
  failed: number;
}

/**
 * Fills the cache of a supergraph that is about to serve with what ran on the one before it: through the same
 * functions and so under the same keys as requests will look for it. Ends in time, whatever the planner does.
 */
export async function warm(
  next: Serving,
  before: Serving,
  options: { maxTokens: number; withinMs?: number },
): Promise<Warmed> {
  const endsAtMs = performance.now() + (options.withinMs ?? warmLimits.withinMs);
  const outcome: Warmed = { planned: 0, failed: 0 };
  for (const entry of hotEntries(before)) {
    if (performance.now() >= endsAtMs) break;
    const { planned } = outcome;
    try {
      const again = readEntry(next, entry, parseDocument(entry.text, options.maxTokens));
      outcome.planned += await planAgain(next, entry, again, endsAtMs);
      // It comes often: it need not sleep first.
      if (outcome.planned > planned) next.entries.keep(again);
      // Where Apollo Server plans, nothing of it has been planned here.
      if (!again.isValid) await by(endsAtMs, checkEntry(next, again, waiter(endsAtMs)));
    } catch {
      // A document of another version of the graph is no reason to refuse this one; it is counted.
      outcome.failed++;
    }
    // One document a turn: requests on the supergraph that still serves must not wait for all of them.
    await nextTurn();
  }
  return outcome;
}

function hotEntries({ entries }: Serving): Entry[] {
  const hot: Entry[] = [];
  for (const entry of entries.all()) {
    if (hot.length >= warmLimits.documents) break;
    if (entry.operations.some(isHot)) hot.push(entry);
  }
  return hot;
}

function isHot({ runs }: KnownOperation): boolean {
  return runs.count >= warmLimits.leastRuns;
}

function waiter(endsAtMs: number) {
  return { caller: 'warm-up', signal: undefined, deadline: endsAtMs };
}

/** For the labels and switches that its last callers had. */
async function planAgain(next: Serving, entry: Entry, again: Entry, endsAtMs: number): Promise<number> {
  let planned = 0;
  for (const [place, before] of entry.operations.entries()) {
    const operation = again.operations[place];
    if (!operation || !isHot(before)) continue;
    for (const { labels: had, switchesOn } of lastPlannedFor(before, warmLimits.plansPerOperation)) {
      const labels = next.generation.overrideLabels.filter((label) => had.includes(label));
      await by(endsAtMs, planOf(next, again, operation, { labels, switchesOn }, waiter(endsAtMs)));
      planned++;
    }
  }
  return planned;
}

/** @throws Error then */
async function by<T>(endsAtMs: number, work: T | Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = setTimeout(Math.max(0, endsAtMs - performance.now()), undefined, { signal: over.signal }).then(
    () => {
      throw new Error('no plan in time');
    },
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
