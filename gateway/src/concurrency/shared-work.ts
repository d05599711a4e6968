import { type CancelSignal, createCancel } from '../execution/cancel.ts';

export interface Waiter {
  readonly signal?: CancelSignal | undefined;
  /** By `performance.now()`. */
  readonly deadline?: number | undefined;
  /** The error for a waiter who goes before the work is done. */
  readonly onLeave: (why: 'cancelled' | 'deadline') => Error;
}

/** Work that several wait for, each as long as they like; its own signal aborts when nobody does any more. */
export function shareWork<T>(begin: (signal: CancelSignal) => Promise<T>): (waiter: Waiter) => Promise<T> {
  const abandon = createCancel();
  const work = Promise.resolve().then(() => begin(abandon.signal));
  // Whoever waits hears of it; with nobody left it is nobody's.
  work.catch(() => {});
  let waiting = 0;
  return ({ signal, deadline, onLeave }) => {
    const leftMs = deadline === undefined ? undefined : deadline - performance.now();
    waiting++;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let isDone = false;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => leave('cancelled');
    function settle(): void {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      waiting--;
    }
    function leave(why: 'cancelled' | 'deadline'): void {
      settle();
      if (waiting === 0) abandon.abort();
      reject(onLeave(why));
    }
    if (signal?.aborted) leave('cancelled');
    else if (leftMs !== undefined && leftMs <= 0) leave('deadline');
    else {
      signal?.addEventListener('abort', onAbort, { once: true });
      if (leftMs !== undefined) timer = setTimeout(leave, leftMs, 'deadline');
      work.then(resolve, reject).finally(settle);
    }
    return promise;
  };
}
