import { PlanFailure, type PlanFailureReason } from '../plan-failure.ts';
import type { DocumentQuestion, Findings } from '../question.ts';

export type IsolateAnswer =
  | { readonly isReady: true }
  | { readonly findings: Findings }
  | { readonly reason: PlanFailureReason; readonly error: string };

/** A thread or a process that examines documents and plans; see thread.ts and process.ts. */
export interface Cell {
  ask(question: DocumentQuestion): void;
  end(): void;
}

export interface CellEvents {
  onAnswer(answer: IsolateAnswer): void;
  /** It ended by itself: it crashed, or ran out of memory. */
  onEnd(why: string): void;
}

export type StartCell = (events: CellEvents) => Cell;

export interface IsolateOptions {
  readonly start: StartCell;
  /** What takes longer is given up, and the cell with it. */
  readonly timeoutMs: number;
  /** A cell without work ends after this and is started again when needed. */
  readonly idleMs: number;
  /** A cell is replaced after as many plans, whatever it may have kept of them. Default 20,000. */
  readonly plansPerCell?: number;
  /** Called when a cell ended in the midst of a plan. */
  readonly onKill: () => void;
}

export interface Isolate {
  /** Starts a cell ahead of the first question. */
  start(): void;
  /** One at a time. Rejects with a PlanFailure. */
  examine(question: DocumentQuestion): Promise<Findings>;
  /** From now on a cell ends soon after it has nothing to do; what is still asked is answered. */
  retire(): void;
  stop(): void;
}

/** A new cell first loads the supergraph. Not the operation's fault, so not of its time; but it ends too. */
const startMs = 10_000;

/** How long the cell of a supergraph that was replaced waits for what was admitted just before. */
const retiredIdleMs = 1_000;

interface Job {
  readonly resolve: (findings: Findings) => void;
  readonly reject: (failure: PlanFailure) => void;
}

/**
 * Plans where it hurts nobody. There are operations on which Apollo's planner does not end and fills its heap, and
 * such on which Hive's takes its whole process down; a cold plan takes milliseconds in which nobody else is served.
 */
export function createIsolate(options: IsolateOptions): Isolate {
  const { start, timeoutMs, onKill, plansPerCell = 20_000 } = options;
  let { idleMs } = options;
  let cell: Cell | undefined;
  let job: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let planned = 0;
  let isReady = false;

  function expectIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      endCell(new PlanFailure('timeout', `No plan in ${ms} ms`));
    }, ms);
  }

  function take(): Job | undefined {
    clearTimeout(timer);
    const taken = job;
    job = undefined;
    return taken;
  }

  function endWhenIdle(): void {
    clearTimeout(timer);
    timer = setTimeout(stop, idleMs).unref();
  }

  function startCell(): Cell {
    planned = 0;
    isReady = false;
    const started = start({
      onAnswer(answer) {
        if (cell !== started) return;
        isReady = true;
        if ('isReady' in answer) {
          if (job) expectIn(timeoutMs);
          else endWhenIdle();
          return;
        }
        const done = take();
        if (++planned >= plansPerCell) stop();
        else endWhenIdle();
        if ('findings' in answer) done?.resolve(answer.findings);
        else done?.reject(new PlanFailure(answer.reason, answer.error));
      },
      onEnd(why) {
        if (cell === started) endCell(new PlanFailure('failed', why));
      },
    });
    return started;
  }

  function endCell(failure: PlanFailure): void {
    const ended = cell;
    cell = undefined;
    ended?.end();
    const failed = take();
    if (failed) onKill();
    failed?.reject(failure);
  }

  function stop(): void {
    endCell(new PlanFailure('failed', 'The supergraph is gone'));
  }

  return {
    start: () => void (cell ??= startCell()),
    examine: (question) =>
      new Promise((resolve, reject) => {
        job = { resolve, reject };
        cell ??= startCell();
        cell.ask(question);
        expectIn(isReady ? timeoutMs : startMs);
      }),
    retire() {
      idleMs = Math.min(idleMs, retiredIdleMs);
      if (cell && isReady && !job) endWhenIdle();
    },
    stop,
  };
}
