import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '@murmuration/postgres';
import { isDatabaseOutage, type Logger } from '@murmuration/service-kit';
import { watchPool } from '@murmuration/service-kit/subgraph';
import {
  Logger as GraphileLogger,
  parseCronItems,
  run,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type pg from 'pg';
import { startHeartbeat } from './heartbeat.ts';
import { type JobLimits, jobLimits } from './limits.ts';
import { jobDuration, jobsTotal } from './metrics.ts';
import { startUpkeep } from './upkeep.ts';

/** One attempt at a job. */
export interface Attempt {
  /** The same in every attempt: what a receiver may know it by. */
  jobId: string;
  /** When the worker stops and does not want to wait any longer. */
  signal: AbortSignal;
}

/**
 * Does what a job asks for. It may be run again at any time, also after it came to its end (a worker may die before that
 * is written down), and at the same time as before where a worker slept through its silence: it must bear that. What
 * throws is tried again, later each time, until its attempts are used up.
 */
export type Task = (payload: unknown, attempt: Attempt) => Promise<void>;
export type Tasks = Readonly<Record<string, Task>>;

/** Tasks that are done at times of day (UTC), as a crontab says them; once for all workers, and not made up for. */
export type Crontab = readonly {
  task: string;
  /** Minute, hour, day, month, day of the week. */
  match: string;
  /** Lower goes first; jobs have 0 unless they say otherwise. */
  priority: number;
}[];

export interface JobWorkerOptions {
  url: string;
  /** Of the process, as metrics and pg_stat_activity show it. */
  name: string;
  tasks: Tasks;
  crontab?: Crontab;
  logger: Logger;
  limits?: Partial<JobLimits>;
}

export interface JobWorker {
  /** Waits for the jobs that it is at, within limits; what it gives back is done by others at once. */
  stop(): Promise<void>;
}

/**
 * Works off the jobs of a database. Any number of processes may: each job is at one of them at a time. Rejects when the
 * database stays out of reach for `startMs`, and at once for what waiting does not mend.
 */
export async function startJobWorker(options: JobWorkerOptions): Promise<JobWorker> {
  const { logger, tasks } = options;
  const limits = { ...jobLimits, ...options.limits };
  const onBroken = (error: Error) => logger.warn({ err: error }, 'a connection broke');
  const pool = createPool({
    url: options.url,
    // One listens, one looks after the others.
    poolSize: limits.concurrency + 2,
    bigintsAsText: true,
    onError: onBroken,
    applicationName: `murmuration-${options.name}`,
  });
  // Those given out break as well: the one that listens is out for as long as the worker lives.
  pool.on('connect', (client) => client.on('error', onBroken));
  watchPool(options.name, pool);
  const events = new EventEmitter() as WorkerEvents;
  // Told while it is made: its jobs are locked under this name.
  const named = new Promise<string>((resolve) => {
    events.once('pool:create', ({ workerPool }) => resolve(workerPool.id));
  });
  countOutcomes(events, Object.keys(tasks), logger);
  await untilThere(pool, limits, logger);
  const runner = await run({
    pgPool: pool,
    taskList: toTaskList(tasks),
    concurrency: limits.concurrency,
    pollInterval: limits.pollMs,
    gracefulShutdownAbortTimeout: limits.stopMs,
    noHandleSignals: true,
    // One that still waits is not joined by another.
    parsedCronItems: parseCronItems(
      (options.crontab ?? []).map(({ match, priority, task }) => ({
        task,
        match,
        options: { jobKey: task, priority, backfillPeriod: 0 },
      })),
    ),
    logger: toGraphileLogger(logger),
    events,
  });
  const heartbeat = startHeartbeat({ pool, workerId: await named, limits, logger });
  const upkeep = startUpkeep({ pool, tasks: Object.keys(tasks), limits, logger });
  // It ends by itself only when it is broken; then the process is of no use.
  let isStopping = false;
  runner.promise.catch((error: unknown) => {
    if (!isStopping)
      setImmediate(() => {
        throw error;
      });
  });
  return {
    async stop() {
      isStopping = true;
      await runner.stop();
      await upkeep.stop();
      await heartbeat.stop();
      await pool.end();
    },
  };
}

/** Whoever ends and is started again asks a database that is busy, or comes up after its worker, for more than who waits. */
async function untilThere(pool: pg.Pool, { pollMs, startMs }: JobLimits, logger: Logger): Promise<void> {
  const deadline = performance.now() + startMs;
  for (;;) {
    try {
      await pool.query('SELECT');
      return;
    } catch (error) {
      if (!isDatabaseOutage(error) || performance.now() >= deadline) {
        await pool.end();
        throw error;
      }
      logger.warn({ err: error }, 'the database of the jobs is out of reach, and waited for');
      await sleep(pollMs);
    }
  }
}

function toTaskList(tasks: Tasks): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown, { abortSignal, job }) => {
        const end = jobDuration.startTimer({ task: name });
        const signal = abortSignal ?? new AbortController().signal;
        await task(payload, { jobId: String(job.id), signal }).finally(() => end());
      },
    ]),
  ) as TaskList;
}

function countOutcomes(events: WorkerEvents, tasks: readonly string[], logger: Logger): void {
  // From zero on, or the first of a kind would not be a rise.
  for (const task of tasks)
    for (const outcome of ['done', 'retried', 'given_up', 'freed']) jobsTotal.inc({ task, outcome }, 0);
  events.on('job:success', ({ job }) => jobsTotal.inc({ task: job.task_identifier, outcome: 'done' }));
  events.on('job:error', ({ error, job }) => {
    const isLast = job.attempts >= job.max_attempts;
    jobsTotal.inc({ task: job.task_identifier, outcome: isLast ? 'given_up' : 'retried' });
    const line = { err: error, task: job.task_identifier, job: String(job.id), attempt: job.attempts };
    if (isLast) logger.error(line, 'a job was given up');
    else logger.warn(line, 'a job failed and comes again');
  });
}

/** What the library itself tells of jobs is told above; of the rest only what is wrong. */
function toGraphileLogger(logger: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    if (level !== 'warning' && level !== 'error') return;
    if (meta && 'failure' in meta) return;
    logger.warn({ meta, detail: message }, 'the job runner tells');
  });
}
