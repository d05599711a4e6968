import { plansMade, plansRefused, planSeconds, plansWaiting, proofSeconds } from './metrics.ts';
import { PlanFailure, saysOfOperation } from './plan-failure.ts';
import type { Planner, PlannerName, PlanQuestion } from './planner.ts';
import type { Found } from './question.ts';

/** Told of each operation that a planner gave no believed plan for. */
export type OnRefusal = (planner: PlannerName, why: PlanFailure) => void;

/**
 * The first plan that is believed. What one planner cannot plan, or plans unprovably, the next is asked; when none is
 * believed the operation is refused before anything is fetched. It is refused for what it is only when every planner
 * judged it: one that failed or took too long may plan it the next time.
 * @throws PlanFailure
 */
export async function choosePlan(
  planners: readonly Planner[],
  question: PlanQuestion,
  onRefusal?: OnRefusal,
): Promise<Found & { readonly planner: PlannerName }> {
  let { isValid } = question;
  let told: PlanFailure | undefined;
  for (const planner of planners) {
    try {
      const { findings, text } = await ask(planner, { ...question, isValid });
      if (findings.kind === 'planned') {
        plansMade.inc({ planner: planner.name });
        proofSeconds.observe(findings.proofMs / 1_000);
      }
      return { findings, text, planner: planner.name };
    } catch (error) {
      const failure =
        error instanceof PlanFailure ? error : new PlanFailure('failed', String(error), { cause: error });
      onRefusal?.(planner.name, failure);
      plansRefused.inc({ planner: planner.name, reason: failure.reason });
      // One planner's crowd is not helped by another's.
      if (failure.reason === 'cancelled' || failure.reason === 'busy') throw failure;
      if (!told || saysOfOperation(told)) told = failure;
      // Whoever came to planning it had found it valid.
      isValid ||= saysOfOperation(failure);
    }
  }
  throw told ?? new PlanFailure('failed', 'There is no planner');
}

async function ask(planner: Planner, question: PlanQuestion): Promise<Found> {
  const end = planSeconds.startTimer({ planner: planner.name });
  plansWaiting.inc({ planner: planner.name });
  try {
    return await planner.examine(question);
  } finally {
    end();
    plansWaiting.dec({ planner: planner.name });
  }
}
