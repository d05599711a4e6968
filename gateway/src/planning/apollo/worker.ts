import { parentPort, workerData } from 'node:worker_threads';
import type { CellSource, DocumentQuestion } from '../question.ts';
import { answer, readyText } from '../cell/answer.ts';
import { createApolloExamining } from './plan-operation.ts';

export interface ApolloWorkerData {
  readonly source: CellSource;
  readonly maxEvaluatedPlans: number;
}

/** The thread in which Apollo's planner works, one operation after the other. */
const { source, maxEvaluatedPlans } = workerData as ApolloWorkerData;
const examine = createApolloExamining(source, maxEvaluatedPlans);
const send = (text: string) => parentPort?.postMessage(text, []);
send(readyText);
parentPort?.on('message', (question: DocumentQuestion) => send(answer(examine, question)));
