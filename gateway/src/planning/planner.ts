import type { CancelSignal } from '../execution/cancel.ts';
import type { DocumentQuestion, Found } from './question.ts';

export interface PlanQuestion extends DocumentQuestion {
  /** Who asks; callers take turns. */
  readonly caller: string;
  /** Aborts when nobody waits for the plan any more. */
  readonly signal: CancelSignal;
}

export const plannerNames = ['hive', 'apollo'] as const;
export type PlannerName = (typeof plannerNames)[number];

/** The port that planners are behind. None is trusted: what one plans is proven beside it, in its cell. */
export interface Planner {
  readonly name: PlannerName;
  /** Loads what plans ahead of the first operation, where that takes time. */
  start?(): void;
  /** Rejects with a PlanFailure. */
  examine(question: PlanQuestion): Promise<Found>;
  /** Its supergraph was replaced: it ends when nothing has been asked of it for a second. */
  retire(): void;
  stop(): void;
}

export interface PlannerLimits {
  /** A plan that takes longer is given up. */
  readonly timeoutMs: number;
  /** Operations that may wait to be planned; more are refused. */
  readonly maxWaiting: number;
}

export const defaultPlannerLimits: PlannerLimits = { timeoutMs: 2_000, maxWaiting: 200 };

/** Of the plans of one operation Apollo's planner compares at most this many. Its own 10,000 take minutes on some. */
export const defaultMaxEvaluatedPlans = 16;

/** Heap of the thread that Apollo's planner is in; what needs more fails alone. */
export const defaultMaxHeapMiB = 256;
