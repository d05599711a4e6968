import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import { type PersonDataPage, personDataPath } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { Addresses } from '../addresses/addresses.ts';
import { writeArchive } from './archive.ts';
import { type ExportSource, gather, TooLarge } from './gather.ts';
import type { ExportLimits } from './limits.ts';
import { createUserPersonData } from './person-data.ts';
import { beginRun, failRun, finishRun } from './repository.ts';
import { type ExportStore, Superseded } from './store.ts';

const payload = z.object({ exportId: z.string().regex(/^\d+$/) });

/** What this subgraph holds, read from its own database. */
export function ownSource(database: UserDatabase, addresses: Addresses): ExportSource {
  const read = createUserPersonData(database, addresses);
  return { name: 'user', read: (personId, place) => read(personId, place) };
}

/** What another subgraph holds, asked of it. */
export function sourceAt(
  name: string,
  client: Pick<InternalClient, 'call'>,
  { pageMs }: Pick<ExportLimits, 'pageMs'>,
): ExportSource {
  return {
    name,
    read: (personId, place, signal) =>
      client.call<PersonDataPage>({
        method: 'POST',
        path: personDataPath,
        body: { personId: String(personId), place },
        timeoutMs: pageMs,
        signal,
      }),
  };
}

/**
 * Makes an export. Each attempt begins anew: of what one wrote that died nothing is used, and one that was taken for dead and lives can
 * finish nothing. Whoever finishes tells the person, in one transaction. Where a subgraph is away the job comes again, until it is
 * given up; then a chore says so (`failAbandoned`).
 */
export function createExportAccount(options: {
  database: UserDatabase;
  store: ExportStore;
  sources: readonly ExportSource[];
  limits: Pick<ExportLimits, 'maxBytes' | 'keptHours'>;
  logger: Logger;
}): Task {
  const { database, limits, logger, sources, store } = options;
  return async (job, { signal }) => {
    const { exportId } = payload.parse(job);
    const run = await beginRun(database, BigInt(exportId));
    if (!run) return;
    await store.removeOthers(run);
    const madeAt = new Date();
    const { accountId: personId, handle } = run;
    const files = gather({ sources, personId, handle, madeAt, maxBytes: limits.maxBytes, signal });
    try {
      const sizeBytes = await writeArchive(files, madeAt, (bytes) => store.write(run, bytes));
      const isDone = await finishRun(database, run, { keptHours: limits.keptHours, sizeBytes });
      // In error: whoever ends in order takes the job away from the one who is at it now.
      if (!isDone) throw new Superseded();
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      logger.error({ err: error, export: exportId }, 'an export is larger than it may be');
      await failRun(database, run);
    }
  };
}
