import { SlowConsumer } from '@murmuration/service-kit';

/** What waits to be taken by one stream, and since when. */
export interface Queued<T> {
  item: T;
  queuedAtMs: number;
}

export interface Queue<T> {
  /** Beyond the limit the queue fails: whoever does not keep up is let go by name. */
  push(item: T): void;
  /** The next item; null once the queue has ended. */
  take(): Promise<Queued<T> | null>;
  /** Resolves when little enough is waiting to add a page more. */
  room(): Promise<void>;
  fail(error: Error): void;
  end(): void;
}

export function createQueue<T>(limit: number): Queue<T> {
  const items: Queued<T>[] = [];
  let taker: { resolve(next: Queued<T> | null): void; reject(error: Error): void } | undefined;
  const waitingForRoom: (() => void)[] = [];
  let failure: Error | undefined;
  let hasEnded = false;

  function letIn(): void {
    if (items.length > limit / 4 && !hasEnded && !failure) return;
    for (const resolve of waitingForRoom.splice(0)) resolve();
  }

  const queue: Queue<T> = {
    push(item) {
      if (hasEnded || failure) return;
      if (items.length >= limit) return queue.fail(new SlowConsumer(`${limit} events are waiting`));
      const queued = { item, queuedAtMs: performance.now() };
      if (!taker) return void items.push(queued);
      const { resolve } = taker;
      taker = undefined;
      resolve(queued);
    },
    take: () =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        const next = items.shift();
        letIn();
        if (next || hasEnded) return resolve(next ?? null);
        taker = { resolve, reject };
      }),
    room: () =>
      new Promise((resolve) => {
        waitingForRoom.push(resolve);
        letIn();
      }),
    fail(error) {
      failure ??= error;
      items.length = 0;
      taker?.reject(error);
      taker = undefined;
      letIn();
    },
    end() {
      hasEnded = true;
      items.length = 0;
      taker?.resolve(null);
      taker = undefined;
      letIn();
    },
  };
  return queue;
}
