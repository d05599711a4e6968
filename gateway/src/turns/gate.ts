import type { CancelSignal } from '../execution/cancel.ts';
import { createFairQueue } from './fair-queue.ts';

export interface Turn {
  /** Callers take turns, so that one who asks much waits for himself and not others for him. */
  readonly caller: string;
  readonly signal?: CancelSignal | undefined;
  /** When by `performance.now()` it is too late to begin. */
  readonly deadline?: number | undefined;
}

/** Why a task was never begun: its caller left, it was too late for it, or too many waited already. */
export type NoTurn = 'left' | 'late' | 'full';

/** Rejects as the task does, or with what the gate's `refuse` makes of why it was never begun. */
export type Gate = <T>(turn: Turn, task: () => Promise<T>) => Promise<T>;

export interface GateOptions {
  /** Tasks that run at a time. */
  readonly max: number;
  /** Tasks that may wait, of all callers together. Default as many as come, where whoever brings them bounds them. */
  readonly maxWaiting?: number;
  /** The error that says so. */
  refuse?(why: NoTurn, waiting: number): Error;
}

/** Lets so many tasks run at a time; callers take turns at the places that become free. */
export function createGate({ max, maxWaiting = Infinity, refuse = noTurn }: GateOptions): Gate {
  const waiting = createFairQueue<() => void>();
  let running = 0;

  function comeUp({ caller, deadline, signal }: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      };
      const start = () => {
        settle();
        resolve();
      };
      const giveUp = (why: NoTurn) => {
        settle();
        if (waiting.remove(caller, start)) reject(refuse(why, waiting.size));
      };
      const leave = () => giveUp('left');
      const timer = deadline === undefined ? undefined : setTimeout(giveUp, untilThen(deadline), 'late');
      waiting.push(caller, start);
      signal?.addEventListener('abort', leave, { once: true });
      if (signal?.aborted) leave();
    });
  }

  return async (turn, task) => {
    // Whoever ends hands its place on.
    if (running < max) running++;
    else if (waiting.size >= maxWaiting) throw refuse('full', waiting.size);
    else await comeUp(turn);
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** No timer takes fewer milliseconds than none, or more than 31 bits can say. */
function untilThen(deadline: number): number {
  return Math.max(0, Math.min(deadline - performance.now(), 2 ** 31 - 1));
}

function noTurn(why: NoTurn): Error {
  return new Error(`a task was never begun: ${why}`);
}
