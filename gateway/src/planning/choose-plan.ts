import { plansMade, plansRefused, planSeconds, plansWaiting, proofSeconds } from './metrics.ts';
import { PlanFailure, saysOfOperation } from './plan-failure.ts';
import type { Planner, PlannerName, PlanQuestion } from './planner.ts';
import type { Findings } from './question.ts';

/** Told of each operation that a planner gave no believed plan for. */
export type OnRefusal = (planner: PlannerName, why: PlanFailure) => void;

/**
 * The first plan that is believed. What one planner cannot plan, or plans unprovably, the next is asked; when none is
 * believed the operation is refused before anything is fetched.
 */
export async function choosePlan(
  planners: readonly Planner[],
  question: PlanQuestion,
  onRefusal?: OnRefusal,
): Promise<{ readonly findings: Findings; readonly planner: PlannerName }> {
  let { isValid } = question;
  let last: PlanFailure | undefined;
  for (const planner of planners) {
    try {
      const findings = await ask(planner, { ...question, isValid });
      if (findings.kind === 'planned') {
        plansMade.inc({ planner: planner.name });
        proofSeconds.observe(findings.proofMs / 1_000);
      }
      return { findings, planner: planner.name };
    } catch (error) {
      last =
        error instanceof PlanFailure ? error : new PlanFailure('failed', String(error), { cause: error });
      onRefusal?.(planner.name, last);
      plansRefused.inc({ planner: planner.name, reason: last.reason });
      // One planner's crowd is not helped by another's.
      if (last.reason === 'cancelled' || last.reason === 'busy') break;
      // Whoever came to planning it had found it valid.
      isValid ||= saysOfOperation(last);
    }
  }
  throw last ?? new PlanFailure('failed', 'There is no planner');
}

async function ask(planner: Planner, question: PlanQuestion): Promise<Findings> {
  const end = planSeconds.startTimer({ planner: planner.name });
  plansWaiting.inc({ planner: planner.name });
  try {
    return await planner.examine(question);
  } finally {
    end();
    plansWaiting.dec({ planner: planner.name });
  }
}
