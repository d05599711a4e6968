/** Lets so many tasks run at a time; the others wait in the order in which they came. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * One gate for all subscriptions of the process: an event that thousands hear asks other subgraphs thousands of
 * times, and must neither overrun the limits to them nor push aside what people wait for in a query. What waits
 * is bounded by each subscription's own queue.
 */
export function createGate(max: number): Gate {
  const waiting: (() => void)[] = [];
  let first = 0;
  let running = 0;

  function release(): void {
    const next = waiting[first];
    if (!next) {
      running--;
      return;
    }
    first++;
    // Shifting an array of thousands each time would cost more than the tasks do.
    if (first > 1_024) {
      waiting.splice(0, first);
      first = 0;
    }
    next();
  }

  return async (task) => {
    if (running < max) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      release();
    }
  };
}
