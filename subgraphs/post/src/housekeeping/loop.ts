import type { PostDatabase } from '@murmuration/prisma/post';
import { type Logger, startChores } from '@murmuration/service-kit';
import { refoldTags } from '../hashtags/refold.ts';
import { eraseAll } from '../erasure/erase.ts';
import { forgetOldKeys, makePartitions } from './upkeep.ts';
import type { TrendKeeper } from '../trends/trends.ts';
import { trendLimits } from '../trends/limits.ts';
import { endPolls } from '../polls/end.ts';
import { pollLimits } from '../polls/limits.ts';
import { rollUpCounts } from './roll-up.ts';

export const housekeepingLimits = {
  rollUpEveryMs: 2_000,
  upkeepEveryMs: 3_600_000,
  eraseEveryMs: 5_000,
} as const;

/**
 * Keeps the tables in shape: deltas become counts, who was erased goes, old idempotency keys go, partitions are there in time. And
 * counts the trends, and tells the end of polls.
 * @param erasing by which what people did is taken back, as they would have themselves
 * @param hint wakes the readers of the feed
 */
export function startHousekeeping(
  database: PostDatabase,
  trends: Pick<TrendKeeper, 'refresh'>,
  logger: Logger,
  { erasing = database, hint = () => undefined }: { erasing?: PostDatabase; hint?: () => void } = {},
): { stop(): Promise<void> } {
  const { eraseEveryMs, rollUpEveryMs, upkeepEveryMs: everyMs } = housekeepingLimits;
  return startChores(
    [
      {
        name: 'end polls',
        everyMs: pollLimits.endEveryMs,
        run: async (signal) => {
          if ((await endPolls(database, signal)) > 0) hint();
        },
      },
      { name: 'roll up counts', everyMs: rollUpEveryMs, run: () => rollUpCounts(database) },
      { name: 'erase who is gone', everyMs: eraseEveryMs, run: (signal) => eraseAll(erasing, signal) },
      { name: 'count trends', everyMs: trendLimits.everyMs, run: () => trends.refresh(database) },
      { name: 'forget idempotency keys', everyMs, run: () => forgetOldKeys(database) },
      { name: 'fold hashtags anew', everyMs, run: () => refoldTags(database) },
      { name: 'make partitions', everyMs, run: () => makePartitions(database) },
    ],
    logger,
  );
}
