import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Errors of a server that is not there yet: in an empty cluster it comes up beside whoever needs it. */
const notThereYet = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', '57P03']);
const pauseMs = 2_000;

/**
 * Resolves when the server of a database answers, whether or not the database exists.
 * @throws what a server that answers says against us, at once; what stood in the way, when the patience ends
 */
export async function untilItAnswers(options: {
  url: string;
  patienceMs: number;
  onWait: (because: string) => void;
  pauseMs?: number;
}): Promise<void> {
  const deadline = performance.now() + options.patienceMs;
  for (;;) {
    const error = await problemOf(options.url);
    if (!error || error.code === '3D000') return;
    if (!notThereYet.has(error.code ?? '') || performance.now() > deadline) throw error;
    options.onWait(error.code ?? '');
    await sleep(options.pauseMs ?? pauseMs);
  }
}

async function problemOf(url: string): Promise<(Error & { code?: string }) | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error as Error & { code?: string };
  } finally {
    await client.end().catch(() => undefined);
  }
}
