import { Worker } from 'node:worker_threads';

export const checkLimits = { withinMs: 20_000, maxHeapMiB: 512 } as const;

/**
 * Has `@apollo/gateway` load a supergraph, in a thread of its own: to import it and to build its schema would stop the
 * requests of everybody for a second.
 * @throws Error with what it says of one that it does not take, or when it does not answer in time
 */
export async function checkSupergraph(sdl: string): Promise<void> {
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    workerData: { sdl },
    resourceLimits: { maxOldGenerationSizeMb: checkLimits.maxHeapMiB },
  });
  worker.unref();
  try {
    const problem = await new Promise<string | null>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`@apollo/gateway did not load it in ${checkLimits.withinMs} ms`)),
        checkLimits.withinMs,
      ).unref();
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        clearTimeout(timer);
        reject(new Error('the thread that loads supergraphs ended'));
      });
    });
    if (problem !== null) throw new Error(problem);
  } finally {
    await worker.terminate();
  }
}
