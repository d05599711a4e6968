import type { UserDatabase } from '@murmuration/prisma/user';
import { type Logger, type Sealer, startChores } from '@murmuration/service-kit';
import type { Addresses } from '../addresses/addresses.ts';
import { resealAddresses } from '../addresses/reseal.ts';
import { failAbandoned } from '../export/repository.ts';
import { enqueueErasures } from '../leaving/enqueue.ts';
import { rewrapSecrets } from '../second-factor/rewrap.ts';
import { digestLimits } from '../digests/limits.ts';
import { mailDueDigests } from '../digests/repository.ts';
import { endMutes } from './end-mutes.ts';
import { purge } from './purge.ts';
import { rollUpAll } from './roll-up.ts';

export const housekeepingLimits = {
  rollUpEveryMs: 1_000,
  endMutesEveryMs: 5_000,
  enqueueErasuresEveryMs: 60_000,
  failExportsEveryMs: 60_000,
  failedExportsAtOnce: 500,
  purgeEveryMs: 10 * 60_000,
  rewrapEveryMs: 10 * 60_000,
  /** At most 20,000 addresses each time. */
  resealEveryMs: 60_000,
} as const;

/** Keeps the tables in shape: deltas become counts, what nobody needs any more goes, who left for good is erased, secrets follow their key. */
export function startHousekeeping(
  database: UserDatabase,
  { addresses, sealer }: { addresses: Addresses; sealer: Sealer },
  logger: Logger,
): { stop(): Promise<void> } {
  const {
    endMutesEveryMs,
    enqueueErasuresEveryMs,
    purgeEveryMs,
    resealEveryMs,
    rewrapEveryMs,
    rollUpEveryMs,
  } = housekeepingLimits;
  const rewrap = async () => {
    const count = await rewrapSecrets(database, sealer);
    if (count > 0) logger.info({ count }, 'wrapped secrets by the present key');
  };
  const reseal = async () => {
    const count = await resealAddresses(database, addresses, logger);
    if (count > 0) logger.info({ count }, 'sealed addresses by the present keys');
  };
  return startChores(
    [
      { name: 'roll-up', everyMs: rollUpEveryMs, run: () => rollUpAll(database) },
      { name: 'end mutes', everyMs: endMutesEveryMs, run: async () => void (await endMutes(database)) },
      { name: 'enqueue erasures', everyMs: enqueueErasuresEveryMs, run: () => enqueueErasures(database) },
      {
        name: 'give up exports',
        everyMs: housekeepingLimits.failExportsEveryMs,
        run: async () =>
          void (await failAbandoned(database, { atOnce: housekeepingLimits.failedExportsAtOnce })),
      },
      {
        name: 'mail what is due',
        everyMs: digestLimits.everyMs,
        run: async () => void (await mailDueDigests(database)),
      },
      { name: 'purge', everyMs: purgeEveryMs, run: () => purge(database) },
      { name: 'wrap secrets anew', everyMs: rewrapEveryMs, run: rewrap },
      { name: 'seal addresses', everyMs: resealEveryMs, run: reseal },
    ],
    logger,
  );
}
