import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'graphql';
import { planOperation } from './plan-operation.ts';
import { loadSupergraph } from './supergraph.ts';
import type { PlanAnswer, PlanQuestion } from './plan-thread.ts';

/** The thread in which operations are planned, one after the other. */
const { planning } = loadSupergraph((workerData as { sdl: string }).sdl);
const port = parentPort;

port?.on('message', ({ id, document, labels }: PlanQuestion) => {
  port.postMessage(answer(id, document, labels));
});

function answer(id: number, document: string, labels: readonly string[]): PlanAnswer {
  try {
    // As text, which says all of a plan: it may hold objects of the planner that cannot be cloned.
    return { id, plan: JSON.stringify(planOperation(planning(), parse(document), labels)) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
