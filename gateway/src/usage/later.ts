/** Runs small pieces of work between requests, one a turn of the event loop. */
export interface Later {
  run(work: () => void): void;
  /** Runs what waits now. */
  finish(): void;
}

export function createLater(): Later {
  const queue: (() => void)[] = [];
  let isScheduled = false;

  function turn(): void {
    queue.shift()?.();
    isScheduled = queue.length > 0;
    if (isScheduled) setImmediate(turn);
  }

  return {
    run(work) {
      queue.push(work);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(turn);
    },
    finish() {
      for (const work of queue.splice(0)) work();
    },
  };
}
