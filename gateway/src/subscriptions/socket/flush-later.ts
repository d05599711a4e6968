export interface Flushable {
  /** By `performance.now()`; kept here. */
  flushedAtMs: number;
  flush(): void;
}

/**
 * Flushes at the end of the event loop's turn who was not flushed for `pauseMs`, and the others once that is over: a socket
 * that many events go to gets several in one write, for a write costs more than what is in it.
 */
export function createFlushLater(pauseMs: number): (outbox: Flushable) => void {
  let soon: Flushable[] = [];
  let later: Flushable[] = [];

  function flushAll(outboxes: readonly Flushable[]): void {
    const nowMs = performance.now();
    for (const outbox of outboxes) {
      outbox.flushedAtMs = nowMs;
      outbox.flush();
    }
  }

  return (outbox) => {
    const waitMs = outbox.flushedAtMs + pauseMs - performance.now();
    if (waitMs > 0) {
      if (later.push(outbox) > 1) return;
      setTimeout(() => {
        const ready = later;
        later = [];
        flushAll(ready);
      }, waitMs);
    } else {
      if (soon.push(outbox) > 1) return;
      setImmediate(() => {
        const ready = soon;
        soon = [];
        flushAll(ready);
      });
    }
  };
}
