import type { ExamineDocument } from '../examine-document.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { DocumentQuestion } from '../question.ts';
import type { IsolateAnswer } from './isolate.ts';

/** As text, which says all of a plan: it may hold objects of the planner that cannot be cloned. */
export function answer(examine: ExamineDocument, question: DocumentQuestion): IsolateAnswer {
  try {
    return { findings: JSON.stringify(examine(question)) };
  } catch (error) {
    const reason = error instanceof PlanFailure ? error.reason : 'failed';
    return { reason, error: error instanceof Error ? error.message : String(error) };
  }
}
