import type { ExamineDocument } from './examine-document.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { DocumentQuestion } from '../question.ts';
import type { IsolateAnswer } from './isolate.ts';

export const readyText = JSON.stringify({ isReady: true } satisfies IsolateAnswer);

/** What a cell says of a question, as JSON: a plan may hold objects of the planner that cannot be cloned. */
export function answer(examine: ExamineDocument, question: DocumentQuestion): string {
  return JSON.stringify(judge(examine, question));
}

function judge(examine: ExamineDocument, question: DocumentQuestion): IsolateAnswer {
  try {
    return { findings: examine(question) };
  } catch (error) {
    const reason = error instanceof PlanFailure ? error.reason : 'failed';
    return { reason, error: error instanceof Error ? error.message : String(error) };
  }
}
