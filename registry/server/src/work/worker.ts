import { parentPort, workerData } from 'node:worker_threads';
import { createRegistryDatabase } from '@murmuration/prisma/registry';
import { isRefusal } from '@murmuration/registry/server';
import { isDatabaseOutage } from '@murmuration/service-kit';
import { doJob } from './do-job.ts';
import type { Asked, Told, WorkerSettings } from './jobs.ts';
import { keepBaseline } from './kept-baseline.ts';
import { keepCandidate } from './kept-candidate.ts';

/** Checks take a processor for seconds and memory without measure: they have a thread that can be ended. */
const { databaseUrl } = workerData as WorkerSettings;
const database = createRegistryDatabase({
  url: databaseUrl,
  poolSize: 2,
  applicationName: 'murmuration-registry-checks',
});

const baselineOf = keepBaseline();
const composeCandidate = keepCandidate();

parentPort?.on('message', async ({ gone, id, job }: Asked) => {
  const isGone = () => Atomics.load(gone, 0) > 0;
  parentPort?.postMessage(
    await tell(id, () =>
      doJob(database, job, { isGone, composeBaseline: baselineOf(job.graphId), composeCandidate }),
    ),
    [],
  );
});

async function tell(id: number, work: () => Promise<unknown>): Promise<Told> {
  try {
    return { id, status: 'done', answer: plain(await work()) };
  } catch (error) {
    if (isRefusal(error)) return { id, status: 'refused', message: error.message, exitCode: error.exitCode };
    if (error instanceof RangeError && error.message.includes('call stack'))
      return { id, status: 'refused', message: 'A schema or an operation nests too deeply.', exitCode: 3 };
    if (error instanceof Error && error.name === 'GraphQLError')
      return { id, status: 'refused', message: error.message, exitCode: 3 };
    if (isDatabaseOutage(error)) return { id, status: 'away' };
    return {
      id,
      status: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** Reports hold parts of syntax trees here and there, which no message can carry. */
function plain(answer: unknown): unknown {
  return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
}
