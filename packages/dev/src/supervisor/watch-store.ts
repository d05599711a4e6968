import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Store {
  port: number;
  /** Starts it again on the same port. */
  start: () => Promise<void>;
}

const lookEveryMs = 1_000;
const longestPauseMs = 10_000;

/**
 * Starts Postgres or Redis again when it has died. They run detached, so that Ctrl-C does not reach them before
 * the services have drained; nobody would hear of their end otherwise.
 * @returns a function that ends the watch
 */
export function watchStore(name: string, store: Store, note: (message: string) => void): () => Promise<void> {
  const stopped = new AbortController();

  async function watch(): Promise<void> {
    let pauseMs = lookEveryMs;
    while (!stopped.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopped.signal });
      if (await listens(store.port)) {
        pauseMs = lookEveryMs;
        continue;
      }
      note(`  ✗ ${name} is gone; it is started again.`);
      try {
        await store.start();
        note(`  ✓ ${name} is back`);
      } catch (error) {
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
        note(`  ✗ ${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  const watching = watch().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return async () => {
    stopped.abort();
    await watching;
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (isListening: boolean) => {
      socket.destroy();
      resolve(isListening);
    };
    socket.setTimeout(5_000, () => settle(true)); // accepted by the system, slow to answer: it lives
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
