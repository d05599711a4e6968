import type { UserDatabase } from '@murmuration/prisma/user';
import { type Logger, startChores } from '@murmuration/service-kit';
import { purge } from './purge.ts';
import { rollUpAll } from './roll-up.ts';

export const housekeepingLimits = { rollUpEveryMs: 1_000, purgeEveryMs: 10 * 60_000 } as const;

/** Keeps the tables in shape: deltas become counts, and what nobody needs any more goes. */
export function startHousekeeping(database: UserDatabase, logger: Logger): { stop(): Promise<void> } {
  const { purgeEveryMs, rollUpEveryMs } = housekeepingLimits;
  return startChores(
    [
      { name: 'roll-up', everyMs: rollUpEveryMs, run: () => rollUpAll(database) },
      { name: 'purge', everyMs: purgeEveryMs, run: () => purge(database) },
    ],
    logger,
  );
}
