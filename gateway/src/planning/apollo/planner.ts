import type { CellSource } from '../question.ts';
import type { ExamineDocument } from '../cell/examine-document.ts';
import {
  defaultMaxEvaluatedPlans,
  defaultMaxHeapMiB,
  defaultPlannerLimits,
  type Planner,
  type PlannerLimits,
} from '../planner.ts';
import { inTurns } from '../cell/in-turns.ts';
import { createIsolate } from '../cell/isolate.ts';
import { threadAt } from '../cell/thread.ts';
import type { ApolloWorkerData } from './worker.ts';

export interface ApolloPlannerOptions extends Partial<PlannerLimits> {
  /** Whether it plans in a thread of its own. Default false, for tests and tools. */
  readonly inThread?: boolean | undefined;
  /** Plans that it compares for one operation. Default 16. */
  readonly maxEvaluatedPlans?: number | undefined;
  /** Heap of the thread. Default 256 MiB. */
  readonly maxHeapMiB?: number | undefined;
  /** Default 60,000 ms. */
  readonly idleMs?: number | undefined;
  /** Called when a plan had to be ended by force. */
  readonly onKill?: (() => void) | undefined;
}

/** Apollo's planner: one operation at a time, and bounded. */
export function createApolloPlanner(source: CellSource, options: ApolloPlannerOptions = {}): Planner {
  const {
    maxEvaluatedPlans = defaultMaxEvaluatedPlans,
    maxHeapMiB = defaultMaxHeapMiB,
    idleMs = 60_000,
  } = options;
  const { timeoutMs, maxWaiting } = { ...defaultPlannerLimits, ...options };
  const onKill = options.onKill ?? (() => {});
  const data: ApolloWorkerData = { source, maxEvaluatedPlans };
  const start = threadAt(new URL('./worker.ts', import.meta.url), data, maxHeapMiB);
  const isolate = options.inThread ? createIsolate({ start, timeoutMs, idleMs, onKill }) : undefined;
  let examine: ExamineDocument | undefined;
  return {
    name: 'apollo',
    examine: inTurns({ maxWaiting }, async (question) => {
      if (isolate) return isolate.examine(question);
      examine ??= await loadExamining(source, maxEvaluatedPlans);
      const findings = examine(question);
      return { findings, text: JSON.stringify({ findings }) };
    }),
    retire: () => isolate?.retire(),
    stop: () => isolate?.stop(),
  };
}

/** The planner itself is imported by who plans: a gateway starts and serves without it. */
async function loadExamining(source: CellSource, maxEvaluatedPlans: number): Promise<ExamineDocument> {
  const { createApolloExamining } = await import('./plan-operation.ts');
  return createApolloExamining(source, maxEvaluatedPlans);
}
