import { setTimeout as sleep } from 'node:timers/promises';
import { openClient } from './client.ts';

export interface Sent {
  headers: Record<string, string>;
  body: string;
}

export interface OpenLoop {
  /** Milliseconds from when each request was due until it was answered, in the order of the answers. */
  times: number[];
  /** Ends when all that was due by now has been answered. */
  stop(): Promise<void>;
}

/** More than are ever on their way unless the platform falls behind for good. */
const connections = 256;

/**
 * Open loop: requests come at so many a second, whether or not those before were answered, as people do. The
 * time of one begins when it was due, so that a platform that falls behind cannot hide it.
 */
export function startOpenLoop(url: string, perSecond: number, next: (i: number) => Sent): OpenLoop {
  const client = openClient(url, connections);
  const times: number[] = [];
  const underway = new Set<Promise<void>>();
  const over = new AbortController();
  let failure: unknown;

  async function send(i: number, dueMs: number): Promise<void> {
    const { headers, body } = next(i);
    const { status, text } = await client.send(headers, body);
    if (status !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 500));
    times.push(performance.now() - dueMs);
  }

  async function run(): Promise<void> {
    const startedMs = performance.now();
    const dueAt = (i: number) => startedMs + (i / perSecond) * 1_000;
    for (let i = 0; !over.signal.aborted; ) {
      for (let dueMs = dueAt(i); dueMs <= performance.now(); dueMs = dueAt(++i)) {
        const sending = send(i, dueMs).catch((error: unknown) => {
          failure ??= error;
          over.abort();
        });
        underway.add(sending);
        void sending.finally(() => underway.delete(sending));
      }
      await sleep(1);
    }
  }

  const running = run();
  return {
    times,
    async stop() {
      over.abort();
      await running;
      await Promise.all(underway);
      await client.close();
      if (failure !== undefined) throw failure;
    },
  };
}
