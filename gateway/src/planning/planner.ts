import { createGate, type Gate } from '../turns/gate.ts';
import { PlanFailure } from './plan-failure.ts';
import type { DocumentQuestion, Found } from './question.ts';

export interface PlanQuestion extends DocumentQuestion {
  /** Who asks; callers take turns. */
  readonly caller: string;
  /** Aborts when nobody waits for the plan any more. */
  readonly signal: AbortSignal;
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

/** Operations that a cell is given at a time: while it says what it found of one, the next is there already. */
const givenAtATime = 2;

/** Callers take turns at a planner; who leaves is asked for no more. */
export function createPlannerGate({ maxWaiting }: Pick<PlannerLimits, 'maxWaiting'>): Gate {
  return createGate({
    max: givenAtATime,
    maxWaiting,
    refuse: (why, waiting) =>
      why === 'full'
        ? new PlanFailure('busy', `${waiting} operations wait`)
        : new PlanFailure('cancelled', 'Nobody waits for the plan any more'),
  });
}

export const defaultPlannerLimits: PlannerLimits = { timeoutMs: 2_000, maxWaiting: 200 };

/** Of the plans of one operation Apollo's planner compares at most this many. Its own 10,000 take minutes on some. */
export const defaultMaxEvaluatedPlans = 16;

/** Heap of the thread that Apollo's planner is in; what needs more fails alone. */
export const defaultMaxHeapMiB = 256;
