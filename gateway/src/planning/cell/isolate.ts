import { PlanFailure, type PlanFailureReason } from '../plan-failure.ts';
import type { DocumentQuestion, Findings, Found } from '../question.ts';

export type IsolateAnswer =
  | { readonly isReady: true }
  | { readonly findings: Findings }
  | { readonly reason: PlanFailureReason; readonly error: string };

/** A thread or a process that examines documents and plans, one after the other; see thread.ts and process.ts. */
export interface Cell {
  ask(question: DocumentQuestion): void;
  end(): void;
}

export interface CellEvents {
  /** With an IsolateAnswer as JSON, in the order in which it was asked. */
  onAnswer(text: string): void;
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
  /**
   * Of several questions the cell works on the first; the others are at hand when it is done. Rejects with a PlanFailure,
   * or with NotBegun.
   */
  examine(question: DocumentQuestion): Promise<Found>;
  /** From now on a cell ends soon after it has nothing to do; what is still asked is answered. */
  retire(): void;
  stop(): void;
}

/** The cell ended on a question before this one, which is to be asked again when it is its caller's turn. */
export class NotBegun extends Error {}

/** A new cell first loads the supergraph. Not the operation's fault, so not of its time; but it ends too. */
const startMs = 10_000;

/** How long the cell of a supergraph that was replaced waits for what was admitted just before. */
const retiredIdleMs = 1_000;

interface Job {
  readonly resolve: (found: Found) => void;
  readonly reject: (why: Error) => void;
}

/**
 * Plans where it hurts nobody. There are operations on which Apollo's planner does not end and fills its heap, and
 * such on which Hive's takes its whole process down; a cold plan takes milliseconds in which nobody else is served.
 */
export function createIsolate(options: IsolateOptions): Isolate {
  const { start, timeoutMs, onKill, plansPerCell = 20_000 } = options;
  let { idleMs } = options;
  let cell: Cell | undefined;
  /** In the order in which they were asked: the cell works on the first. */
  let jobs: Job[] = [];
  let timer: NodeJS.Timeout | undefined;
  let planned = 0;
  let isReady = false;

  /** Gives the cell's next answer its time, or the cell its rest. */
  function expectAnswer(): void {
    clearTimeout(timer);
    if (jobs.length === 0) {
      timer = setTimeout(stop, idleMs).unref();
      return;
    }
    const ms = isReady ? timeoutMs : startMs;
    timer = setTimeout(() => giveUp(new PlanFailure('timeout', `No plan in ${ms} ms`)), ms);
  }

  function startCell(): Cell {
    planned = 0;
    isReady = false;
    const started = start({
      onAnswer(text) {
        if (cell !== started) return;
        isReady = true;
        const answer = JSON.parse(text) as IsolateAnswer;
        if (!('isReady' in answer)) {
          const done = jobs.shift();
          if (++planned >= plansPerCell) endCell(new NotBegun());
          if ('findings' in answer) done?.resolve({ findings: answer.findings, text });
          else done?.reject(new PlanFailure(answer.reason, answer.error));
        }
        if (cell) expectAnswer();
      },
      onEnd(why) {
        if (cell === started) giveUp(new PlanFailure('failed', why));
      },
    });
    return started;
  }

  function giveUp(failure: PlanFailure): void {
    const failed = jobs.shift();
    endCell(new NotBegun());
    if (failed) onKill();
    failed?.reject(failure);
  }

  function endCell(why: Error): void {
    clearTimeout(timer);
    cell?.end();
    cell = undefined;
    const unanswered = jobs;
    jobs = [];
    for (const { reject } of unanswered) reject(why);
  }

  const stop = () => endCell(new PlanFailure('failed', 'The supergraph is gone'));

  return {
    start: () => void (cell ??= startCell()),
    examine: (question) =>
      new Promise((resolve, reject) => {
        jobs.push({ resolve, reject });
        cell ??= startCell();
        cell.ask(question);
        if (jobs.length === 1) expectAnswer();
      }),
    retire() {
      idleMs = Math.min(idleMs, retiredIdleMs);
      if (cell && isReady && jobs.length === 0) expectAnswer();
    },
    stop,
  };
}
