import { createApolloPlanner } from './apollo/planner.ts';
import { createHivePlanner } from './hive/planner.ts';
import { onPlannerKill } from './metrics.ts';
import type { CellSource } from './question.ts';
import { defaultPlannerLimits, type Planner, type PlannerLimits, type PlannerName } from './planner.ts';

export interface PlannerOptions extends Partial<PlannerLimits> {
  /** Who plans first. `apollo` is then alone; `hive` has it as second opinion. Default hive, where its binary loads. */
  readonly planner?: PlannerName | undefined;
  /** Whether Apollo's plans in a thread of its own, so that a cold plan delays nobody else. Default false. */
  readonly planInThread?: boolean | undefined;
  /** Plans that Apollo's compares for one operation. Default 16. */
  readonly maxEvaluatedPlans?: number | undefined;
  /** Heap of Apollo's thread. Default 256 MiB. */
  readonly maxHeapMiB?: number | undefined;
  /** Told when the wished planner cannot be had, and why. */
  readonly onFallback?: ((why: Error) => void) | undefined;
}

/** The planners of a supergraph, in the order in which they are asked. */
export function createPlanners(source: CellSource, options: PlannerOptions): Planner[] {
  const { timeoutMs, maxWaiting } = { ...defaultPlannerLimits, ...options };
  const limits = { timeoutMs, maxWaiting };
  const apollo = createApolloPlanner(source, {
    ...limits,
    inThread: options.planInThread,
    maxEvaluatedPlans: options.maxEvaluatedPlans,
    maxHeapMiB: options.maxHeapMiB,
    onKill: onPlannerKill,
  });
  if (options.planner === 'apollo') return [apollo];
  try {
    return [createHivePlanner(source, { ...limits, onKill: onPlannerKill }), apollo];
  } catch (error) {
    options.onFallback?.(error instanceof Error ? error : new Error(String(error)));
    return [apollo];
  }
}
