import type { CancelSignal } from '../execution/cancel.ts';
import { createFairQueue } from './fair-queue.ts';

export interface Turn {
  /** Callers take turns, so that one who asks much waits for himself and not others for him. */
  readonly caller: string;
  readonly signal?: CancelSignal | undefined;
  /** When by `performance.now()` it is too late to begin. */
  readonly deadline?: number | undefined;
  /** For how many it counts while it runs. What is larger than the gate runs alone. Default 1. */
  readonly size?: number;
}

/** Why a task was never begun: its caller left, it was too late for it, or too many waited already. */
export type NoTurn = 'left' | 'late' | 'full';

/** Rejects as the task does, or with what the gate's `refuse` makes of why it was never begun. */
export type Gate = <T>(turn: Turn, task: () => Promise<T>) => Promise<T>;

export interface GateOptions {
  /** Tasks that run at a time; a function where that changes. */
  readonly max: number | (() => number);
  /** Tasks that may wait, of all callers together. Default as many as come, where whoever brings them bounds them. */
  readonly maxWaiting?: number;
  /** The error that says so. */
  refuse?(why: NoTurn, waiting: number): Error;
}

interface Waiting {
  readonly size: number;
  start(): void;
}

/** Lets so many tasks run at a time; callers take turns at the places that become free. */
export function createGate({ max, maxWaiting = Infinity, refuse = noTurn }: GateOptions): Gate {
  const waiting = createFairQueue<Waiting>();
  /** Whose turn it is, as soon as there is room for it. */
  let first: Waiting | undefined;
  let running = 0;

  const maxNow = typeof max === 'function' ? max : () => max;
  const isRoomFor = (size: number) => running === 0 || running + size <= maxNow();
  const waitingNow = () => waiting.size + (first ? 1 : 0);

  function startWaiting(): void {
    for (;;) {
      first ??= waiting.shift();
      if (!first || !isRoomFor(first.size)) return;
      const { size, start } = first;
      first = undefined;
      running += size;
      start();
    }
  }

  function comeUp({ caller, deadline, signal, size = 1 }: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      };
      const start = () => {
        settle();
        resolve();
      };
      const one: Waiting = { size, start };
      const giveUp = (why: NoTurn) => {
        settle();
        if (first === one) first = undefined;
        else waiting.remove(caller, one);
        reject(refuse(why, waitingNow()));
        startWaiting();
      };
      const leave = () => giveUp('left');
      const timer = deadline === undefined ? undefined : setTimeout(giveUp, untilThen(deadline), 'late');
      waiting.push(caller, one);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  return async (turn, task) => {
    const { signal, size = 1 } = turn;
    if (signal?.aborted) throw refuse('left', waitingNow());
    if (waitingNow() === 0 && isRoomFor(size)) running += size;
    else if (waitingNow() >= maxWaiting) throw refuse('full', waitingNow());
    else await comeUp(turn);
    try {
      return await task();
    } finally {
      running -= size;
      startWaiting();
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
