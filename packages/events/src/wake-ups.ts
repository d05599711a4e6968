/** Wakes whoever waits in this process. Read the count before looking, and nothing that comes meanwhile is missed. */
export interface WakeUps {
  wake(): void;
  /** How many came so far. */
  count(): number;
  /** Ends at the next one after `seen`, after `waitMs`, or when aborted. */
  wait(seen: number, waitMs: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUps(): WakeUps {
  const waiting = new Set<() => void>();
  let count = 0;
  return {
    wake() {
      count++;
      for (const resume of waiting) resume();
    },
    count: () => count,
    wait: (seen, waitMs, signal) =>
      new Promise((resolve) => {
        if (count !== seen || signal.aborted) return resolve();
        const resume = () => {
          clearTimeout(timer);
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        const timer = setTimeout(resume, waitMs);
        waiting.add(resume);
        signal.addEventListener('abort', resume, { once: true });
      }),
  };
}
