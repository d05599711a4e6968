import { Worker } from 'node:worker_threads';
import { Gauge, Histogram, type Logger, metrics } from '@murmuration/service-kit';
import { Fault } from '../faults.ts';
import type { AnswerTo, Asked, Job, Told, WorkerSettings } from './jobs.ts';
import { createLine, type LineLimits } from './line.ts';

export interface WorkLimits extends LineLimits {
  /** From when a job begins; then its thread is ended. */
  timeoutMs: number;
  /** Until a job begins; then it is refused, before whoever asked gives up. */
  maxWaitMs: number;
  /** Of the thread; a job that needs more ends it. */
  maxHeapMiB: number;
}

export interface Work {
  /**
   * Does a job in its turn. Once `gone` is aborted one that waits is let go, and one that runs publishes nothing any more.
   * @throws Fault
   */
  run<Asks extends Job>(job: Asks, gone?: AbortSignal): Promise<AnswerTo<Asks>>;
  close(): Promise<void>;
}

const jobSeconds = new Histogram({
  name: 'registry_job_duration_seconds',
  help: 'Time of checks, publications and other heavy work, without waiting',
  labelNames: ['job', 'outcome'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  registers: [metrics],
});

for (const job of ['check', 'publish', 'variant'])
  for (const outcome of ['done', 'refused', 'failed']) jobSeconds.zero({ job, outcome });

let waiting = () => 0;
const waitingJobs = new Gauge({
  name: 'registry_jobs_waiting',
  help: 'Heavy work that waits for its turn',
  registers: [metrics],
  collect() {
    this.set(waiting());
  },
});
void waitingJobs;

type Waiting = {
  job: Job;
  gone: Int32Array<SharedArrayBuffer>;
  timer: NodeJS.Timeout;
  resolve: (answer: never) => void;
  reject: (error: unknown) => void;
};

/** One job at a time, in a thread of its own: whatever it is asked, the server answers everybody else. */
export function createWork(settings: WorkerSettings, limits: WorkLimits, logger: Logger): Work {
  const line = createLine<Waiting>(limits);
  let worker: Worker | undefined;
  let isBusy = false;
  let isClosed = false;
  let lastId = 0;
  waiting = () => line.length();

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: limits.maxHeapMiB },
    });
    started.unref();
    started.on('error', (error) => logger.error({ err: error }, 'the thread of checks ended'));
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  }

  function next(): void {
    if (isBusy || isClosed) return;
    const one = line.next();
    if (!one) return;
    clearTimeout(one.timer);
    isBusy = true;
    const startedAt = performance.now();
    const end = (outcome: string) => {
      jobSeconds.labels(one.job.kind, outcome).observe((performance.now() - startedAt) / 1_000);
      isBusy = false;
      next();
    };
    void settle(one, end);
  }

  async function settle(one: Waiting, end: (outcome: string) => void): Promise<void> {
    try {
      one.resolve((await ask(one)) as never);
      end('done');
    } catch (error) {
      one.reject(error);
      end(error instanceof Fault && error.code !== 'OVERLOADED' ? 'refused' : 'failed');
    }
  }

  /** Whether it was still waiting. */
  function leave(one: Waiting, fault: Fault): boolean {
    if (!line.leave(one)) return false;
    clearTimeout(one.timer);
    one.reject(fault);
    return true;
  }

  function ask({ gone, job }: Waiting): Promise<unknown> {
    const thread = (worker ??= start());
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Fault('OVERLOADED', `This took longer than ${limits.timeoutMs} ms and was ended.`));
        // The next job is not for a thread that ends.
        worker = undefined;
        void thread.terminate();
      }, limits.timeoutMs);
      const onMessage = (told: Told) => {
        if (told.id !== id) return;
        settle();
        if (told.status === 'done') return resolve(told.answer);
        if (told.status === 'refused')
          return reject(new Fault(told.exitCode === 3 ? 'BAD_INPUT' : 'COULD_NOT_RUN', told.message));
        if (told.status === 'away')
          return reject(new Fault('OVERLOADED', 'The database cannot be reached. Try again in a moment.', 2));
        logger.error({ job: job.kind, problem: told.message }, 'a job failed');
        return reject(new Fault('INTERNAL', 'This could not be done; the log of the registry says why.'));
      };
      const onExit = () => {
        settle();
        reject(new Fault('OVERLOADED', 'This needed more memory than a check may have.'));
      };
      const settle = () => {
        clearTimeout(timer);
        thread.off('message', onMessage).off('exit', onExit);
      };
      thread.on('message', onMessage).once('exit', onExit);
      thread.postMessage({ id, job, gone } satisfies Asked, []);
    });
  }

  return {
    run: <Asks extends Job>(job: Asks, gone?: AbortSignal) =>
      new Promise<AnswerTo<Asks>>((resolve, reject) => {
        const tooMany = new Fault('OVERLOADED', 'Too many checks wait already. Try again in a moment.', 5);
        if (isClosed) return reject(tooMany);
        const one: Waiting = {
          job,
          gone: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
          timer: setTimeout(
            () =>
              leave(one, new Fault('OVERLOADED', 'Other checks took too long. Try again in a moment.', 5)),
            limits.maxWaitMs,
          ).unref(),
          resolve,
          reject,
        };
        gone?.addEventListener('abort', () => {
          const isWaiting = leave(one, new Fault('OVERLOADED', 'Whoever asked does not wait any more.'));
          if (!isWaiting) Atomics.store(one.gone, 0, 1);
        });
        if (line.join(one)) return next();
        clearTimeout(one.timer);
        reject(tooMany);
      }),
    async close() {
      isClosed = true;
      for (let one = line.next(); one; one = line.next()) {
        clearTimeout(one.timer);
        one.reject(new Fault('OVERLOADED', 'The registry stops.'));
      }
      await worker?.terminate();
    },
  };
}
