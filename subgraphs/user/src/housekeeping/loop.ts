import { setTimeout as sleep } from 'node:timers/promises';
import type { UserDatabase } from '@murmuration/prisma/user';
import { type Logger, watchChore } from '@murmuration/service-kit';
import { purge } from './purge.ts';
import { rollUpAll } from './roll-up.ts';

export const housekeepingEveryMs = { rollUp: 1_000, purge: 10 * 60_000 } as const;

/** Runs the chores, each at its pace, until stopped. A chore that fails is tried again at its next turn. */
export function startHousekeeping(options: { database: UserDatabase; logger: Logger }): {
  stop(): Promise<void>;
} {
  const { database, logger } = options;
  const abort = new AbortController();

  async function repeat(name: string, everyMs: number, chore: () => Promise<void>): Promise<void> {
    const noteSuccess = watchChore(name);
    while (!abort.signal.aborted) {
      try {
        await chore();
        noteSuccess();
      } catch (error) {
        logger.warn({ err: error, chore: name }, 'a chore failed');
      }
      await sleep(everyMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  const running = [
    repeat('roll-up', housekeepingEveryMs.rollUp, () => rollUpAll(database)),
    repeat('purge', housekeepingEveryMs.purge, () => purge(database)),
  ];
  return {
    async stop() {
      abort.abort();
      await Promise.all(running);
    },
  };
}
