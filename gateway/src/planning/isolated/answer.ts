import type { ExamineDocument } from '../examine-document.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { DocumentQuestion } from '../question.ts';
import type { IsolateAnswer } from './isolate.ts';

/** What a cell says of a question: to be sent as JSON, for a plan may hold objects of the planner that cannot be cloned. */
export function answer(examine: ExamineDocument, question: DocumentQuestion): IsolateAnswer {
  try {
    return { findings: examine(question) };
  } catch (error) {
    const reason = error instanceof PlanFailure ? error.reason : 'failed';
    return { reason, error: error instanceof Error ? error.message : String(error) };
  }
}
