import { SlowConsumer } from '../subgraph/live-codes.ts';
import { countWaiting } from './metrics.ts';

/** What waits to be taken by one stream, and since when. */
export interface Queued<T> {
  item: T;
  queuedAtMs: number;
}

export interface Queue<T> {
  /**
   * Beyond the limit the queue fails: whoever does not keep up is let go by name.
   * @param sinceMs since when it waits already, by `performance.now()`
   */
  push(item: T, sinceMs?: number): void;
  /** The next item; null once the queue has ended. */
  take(): Promise<Queued<T> | null>;
  /**
   * Instead of taking: `take` gets each item in the turn in which it comes. What it returns is waited for before the next.
   * Resolves once the queue has ended.
   * @throws what the queue, or `take`, failed by
   */
  pour(take: (next: Queued<T>) => Promise<void> | undefined): Promise<void>;
  isEmpty(): boolean;
  /** Resolves when little enough is waiting to add a page more. */
  room(): Promise<void>;
  fail(error: Error): void;
  end(): void;
}

export function createQueue<T>(limit: number): Queue<T> {
  const items: Queued<T>[] = [];
  /** Goes on with whoever waits for an item. */
  let wake: () => void = ignore;
  const waitingForRoom: (() => void)[] = [];
  let failure: Error | undefined;
  let hasEnded = false;

  function letIn(): void {
    if (waitingForRoom.length === 0 || (items.length > limit / 4 && !hasEnded && !failure)) return;
    for (const resolve of waitingForRoom.splice(0)) resolve();
  }

  async function take(): Promise<Queued<T> | null> {
    for (;;) {
      if (failure) throw failure;
      const next = shift();
      letIn();
      if (next || hasEnded) return next ?? null;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  function pour(pass: (next: Queued<T>) => Promise<void> | undefined): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    let isPassing = false;
    const goOn = () => {
      isPassing = false;
      flow();
    };
    /** @returns what to wait for before the next one */
    function passNext(): Promise<void> | 'next' | 'nothing' {
      if (failure) throw failure;
      const next = shift();
      letIn();
      if (next) return pass(next) ?? 'next';
      if (hasEnded) resolve();
      return 'nothing';
    }
    // What is done with an item may wake us in the midst of it: then it is the loop that goes on.
    function flow(): void {
      while (!isPassing) {
        isPassing = true;
        try {
          const passed = passNext();
          if (passed instanceof Promise) return void passed.then(goOn, reject);
          isPassing = false;
          if (passed === 'nothing') return;
        } catch (error) {
          return reject(error);
        }
      }
    }
    wake = flow;
    flow();
    return promise;
  }

  function shift(): Queued<T> | undefined {
    const next = items.shift();
    if (next) countWaiting(-1);
    return next;
  }

  function clear(): void {
    countWaiting(-items.length);
    items.length = 0;
  }

  const queue: Queue<T> = {
    push(item, sinceMs = performance.now()) {
      if (hasEnded || failure) return;
      if (items.length >= limit) return queue.fail(new SlowConsumer(`${limit} events are waiting`));
      items.push({ item, queuedAtMs: sinceMs });
      countWaiting(1);
      wake();
    },
    take,
    pour,
    isEmpty: () => items.length === 0,
    room: () =>
      new Promise((resolve) => {
        waitingForRoom.push(resolve);
        letIn();
      }),
    fail(error) {
      failure ??= error;
      clear();
      wake();
      letIn();
    },
    end() {
      hasEnded = true;
      clear();
      wake();
      letIn();
    },
  };
  return queue;
}

function ignore(): void {}
