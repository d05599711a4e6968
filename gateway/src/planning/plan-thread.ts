import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { errorCode } from '../execution/errors.ts';
import { unplannable } from './plan-operation.ts';

export interface PlanQuestion {
  readonly id: number;
  readonly document: string;
  readonly labels: readonly string[];
}

export type PlanAnswer =
  | { readonly id: number; readonly plan: string }
  | { readonly id: number; readonly error: string };

export interface PlanThread {
  plan(document: string, labels: readonly string[]): Promise<QueryPlan>;
  stop(): void;
}

export interface PlanThreadOptions {
  /** A plan that takes longer is given up, and the thread with it. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** Heap of the thread; a planner that outgrows it takes only itself down. Default 512 MiB. */
  readonly maxHeapMiB?: number;
  /** Operations that may wait to be planned; more are refused. Default 200. */
  readonly maxWaiting?: number;
  /** A thread without work ends after this and is started again when needed. Default 60,000 ms. */
  readonly idleMs?: number;
}

interface Waiting {
  readonly question: PlanQuestion;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Plans in a thread of its own. A cold plan takes tens of milliseconds, in which nobody else would be served;
 * and there are operations on which Apollo's planner does not end (it fills the heap instead), so it needs a
 * place where that hurts nobody.
 */
export function createPlanThread(sdl: string, options: PlanThreadOptions = {}): PlanThread {
  const { timeoutMs = 10_000, maxHeapMiB = 512, maxWaiting = 200, idleMs = 60_000 } = options;
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;

  function start(): Worker {
    const started = new Worker(new URL('./plan-worker.ts', import.meta.url), {
      workerData: { sdl },
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    });
    started.unref();
    started.on('message', (answer: PlanAnswer) => finish(answer));
    started.on('error', (error) => fail(started, error));
    started.on('exit', () => fail(started, new Error('The planning thread ended')));
    return started;
  }

  function next(): void {
    clearTimeout(timer);
    if (current) return;
    current = queue.shift();
    if (!current) {
      timer = setTimeout(stop, idleMs).unref();
      return;
    }
    worker ??= start();
    const running = worker;
    running.postMessage(current.question, []);
    timer = setTimeout(() => fail(running, new Error(`No plan in ${timeoutMs} ms`)), timeoutMs);
  }

  function finish(answer: PlanAnswer): void {
    const one = current;
    current = undefined;
    if (one && 'plan' in answer) one.resolve(JSON.parse(answer.plan) as QueryPlan);
    else if (one && 'error' in answer) one.reject(unplannable(answer.error));
    next();
  }

  /** Only the operation that was being planned fails; those that wait get a new thread. */
  function fail(failed: Worker, error: unknown): void {
    if (failed !== worker) return;
    worker = undefined;
    void failed.terminate();
    const one = current;
    current = undefined;
    one?.reject(unplannable(error));
    next();
  }

  function stop(): void {
    clearTimeout(timer);
    const stopped = worker;
    worker = undefined;
    void stopped?.terminate();
    for (const one of [...(current ? [current] : []), ...queue.splice(0)]) {
      one.reject(unplannable('The supergraph is gone'));
    }
    current = undefined;
  }

  return {
    plan: (document, labels) =>
      new Promise((resolve, reject) => {
        if (queue.length >= maxWaiting) {
          reject(
            new GraphQLError('Too many new operations at once.', { extensions: { code: errorCode.busy } }),
          );
          return;
        }
        queue.push({ question: { id: asked++, document, labels }, resolve, reject });
        next();
      }),
    stop,
  };
}
