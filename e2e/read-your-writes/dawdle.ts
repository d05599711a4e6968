import { setTimeout as sleep } from 'node:timers/promises';
import { openProjectionLock } from '../support/projection-lock.ts';

/** How long each step of ingest is held up, and how long it may go on in between. */
const [heldMs, freeMs] = [60, 5];

/**
 * Makes the worker slow: holds its projection up, again and again.
 * @returns ends it
 */
export async function dawdle(timelineUrl: string): Promise<() => Promise<void>> {
  const lock = await openProjectionLock(timelineUrl);
  const over = new AbortController();
  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      await lock.hold();
      await sleep(heldMs);
      await lock.release();
      await sleep(freeMs);
    }
  }
  const running = run();
  return async () => {
    over.abort();
    await running;
    await lock.close();
  };
}
