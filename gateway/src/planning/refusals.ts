import { LRUCache } from 'lru-cache';
import { PlanFailure, saysOfOperation } from './plan-failure.ts';

export const refusalLimits = {
  operations: 500,
  /** What there is no plan for is not tried again for this long: it may take a planner all its time. */
  keptMs: 60_000,
  /** What a planner failed on may have been the planner's own affair, and is tried again after this … */
  firstRetryMs: 1_000,
  /** … and after twice as long each time that it fails again: some operations end a planner whenever it is asked. */
  retryFactor: 2,
} as const;

interface Refusal {
  readonly failure: PlanFailure;
  readonly waitMs: number;
  readonly untilMs: number;
}

export interface Refusals {
  /** Why an operation is not tried now; with how long it is to wait, where waiting may help. */
  find(key: string): PlanFailure | undefined;
  /** The failure to tell. What is said of the caller or of the queue is not remembered. */
  keep(key: string, failure: PlanFailure): PlanFailure;
}

/** What a supergraph's planners had no plan for lately: so that nobody keeps them busy with it, and it is no truth for ever. */
export function createRefusals(now: () => number = () => performance.now()): Refusals {
  const { firstRetryMs, keptMs, operations, retryFactor } = refusalLimits;
  const refused = new LRUCache<string, Refusal>({ max: operations });
  return {
    find(key) {
      const known = refused.get(key);
      if (!known || now() >= known.untilMs) return undefined;
      return saysOfOperation(known.failure) ? known.failure : waiting(known.failure, known.untilMs - now());
    },
    keep(key, failure) {
      if (saysOfOperation(failure)) {
        refused.set(key, { failure, waitMs: keptMs, untilMs: now() + keptMs });
        return failure;
      }
      if (failure.reason !== 'failed' && failure.reason !== 'timeout') return failure;
      const before = refused.get(key)?.waitMs ?? firstRetryMs / retryFactor;
      const waitMs = Math.min(before * retryFactor, keptMs);
      refused.set(key, { failure, waitMs, untilMs: now() + waitMs });
      return waiting(failure, waitMs);
    },
  };
}

function waiting({ cause, message, reason }: PlanFailure, waitMs: number): PlanFailure {
  return new PlanFailure(reason, message, { cause, retryAfterMs: waitMs });
}
