import { Worker } from 'node:worker_threads';
import type { StartCell } from './isolate.ts';

/** Starts cells that are threads. One that outgrows its heap takes only itself down. */
export function threadAt(module: URL, workerData: unknown, maxHeapMiB: number): StartCell {
  return ({ onAnswer, onEnd }) => {
    const worker = new Worker(module, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    });
    worker.unref();
    worker.on('message', onAnswer);
    worker.on('error', (error) => onEnd(error.message));
    worker.on('exit', () => onEnd('The planning thread ended'));
    return { ask: (question) => worker.postMessage(question, []), end: () => void worker.terminate() };
  };
}
