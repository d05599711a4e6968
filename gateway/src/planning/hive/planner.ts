import type { CancelSignal } from '../../execution/cancel.ts';
import type { CellSource, DocumentQuestion, Found } from '../question.ts';
import { inTurns } from '../cell/in-turns.ts';
import { createIsolate } from '../cell/isolate.ts';
import { processAt } from '../cell/process.ts';
import { PlanFailure } from '../plan-failure.ts';
import { defaultPlannerLimits, type Planner, type PlannerLimits } from '../planner.ts';
import { loadHive } from './load.ts';

export interface HivePlannerOptions extends Partial<PlannerLimits> {
  /** A process without work ends after this. Default 600,000 ms. */
  readonly idleMs?: number | undefined;
  /** Called when the process ended in the midst of a plan. */
  readonly onKill?: (() => void) | undefined;
}

/**
 * Hive Router's planner, in a process of its own: some valid operations make its native code panic, which ends the
 * process that it is in. Throws when the binary does not load here.
 */
export function createHivePlanner(source: CellSource, options: HivePlannerOptions): Planner {
  const native = loadHive();
  if (native instanceof Error) throw native;
  const { timeoutMs, maxWaiting } = { ...defaultPlannerLimits, ...options };
  const isolate = createIsolate({
    start: processAt(new URL('./child.ts', import.meta.url), source),
    timeoutMs,
    idleMs: options.idleMs ?? 600_000,
    onKill: options.onKill ?? (() => {}),
  });
  let isStopped = false;

  /** Where the process ended in the midst of planning in one go, a new one plans in stages. */
  async function examine(question: DocumentQuestion, signal: CancelSignal): Promise<Found> {
    try {
      return await isolate.examine(question);
    } catch (failure) {
      const hasEnded = failure instanceof PlanFailure && failure.reason === 'failed';
      if (!hasEnded || !question.isPlanWanted || isStopped || signal.aborted) throw failure;
      return await isolate.examine({ ...question, waysTried: 1 });
    }
  }

  return {
    name: 'hive',
    start: isolate.start,
    examine: inTurns({ maxWaiting }, examine),
    retire: isolate.retire,
    stop() {
      isStopped = true;
      isolate.stop();
    },
  };
}
