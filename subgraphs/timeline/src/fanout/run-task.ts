import { inEventSpan, type Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import { type ChunkPlace, moveNextEpochs, nextRecipients, recipientsOf } from '../belonging/recipients.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { type HomeCache, isCachesFault } from '../home-cache/cache.ts';
import { deliver } from './deliver.ts';
import { fanoutFailures, fanoutFreshness, fanoutGivenUp } from './metrics.ts';
import { claimTask, endTask, type FanoutTask, keepTask, putBackTask, retryTask } from './task.ts';

export interface FanoutOptions {
  pool: pg.Pool;
  cache: HomeCache;
  logger: Logger;
  limits?: TimelineLimits;
}

/** The steps of one task until it is done; another worker goes on from the last one noted. */
type Ended = 'done' | 'nothing to do' | 'away';

/**
 * Claims a task and pushes it to its end. One policy for all: what failed is halved, tried again later with smaller
 * steps, and at last given up: the epochs of those it was for move, so that each list is made anew with it. Redis
 * being away, full or not a primary is no fault of a task: it waits, and readers go by the tables meanwhile.
 */
export async function runNextTask(options: FanoutOptions, isLarge: boolean): Promise<Ended> {
  const { pool, cache, limits = timelineLimits } = options;
  const namespace = cache.namespace();
  if (namespace === null) return 'away';
  const task = await claimTask(pool, namespace, isLarge, limits);
  if (!task) return 'nothing to do';
  try {
    const events = task.seqs.length;
    await inEventSpan('fan-out', task.causes, { events }, () => runSteps(options, namespace, task));
    return 'done';
  } catch (error) {
    return await afterFailure(options, task, error);
  }
}

async function runSteps(options: FanoutOptions, namespace: string, task: FanoutTask): Promise<void> {
  const { pool, cache } = options;
  if (task.isLarge || task.step !== null || task.isGivenUp) {
    if (!(await stepByStep(options, namespace, task))) return;
  } else {
    await deliver(cache, namespace, await recipientsOf(pool, task.seqs));
  }
  const ages = await endTask(pool, task);
  if (!task.isGivenUp) for (const age of ages) fanoutFreshness.observe(Math.max(0, age));
}

/**
 * Takes the steps of a task to the end of its range. Looking up, pushing and noting go in turn: side by side they took all
 * of two cores, and the slowest pages of readers nearly three times as long, for a push that is quick anyway.
 * @returns whether it is still this worker's: whoever took it over, after too long a silence, goes on alone
 */
async function stepByStep(options: FanoutOptions, namespace: string, task: FanoutTask): Promise<boolean> {
  const { pool, limits = timelineLimits } = options;
  let place: ChunkPlace | null = task;
  while (place) {
    place = await runStep(options, namespace, { ...task, ...place });
    if (place && !(await keepTask(pool, task, place, limits))) return false;
  }
  return true;
}

async function runStep(
  { pool, cache, limits = timelineLimits }: FanoutOptions,
  namespace: string,
  task: FanoutTask,
): Promise<ChunkPlace | null> {
  const step = stepOf(task, limits);
  if (task.isGivenUp) return moveNextEpochs(pool, task, step);
  const { deliveries, next } = await nextRecipients(pool, task, step);
  await deliver(cache, namespace, deliveries);
  return next;
}

function stepOf({ step }: FanoutTask, limits: TimelineLimits): number {
  return step ?? limits.fanoutStepFollowers;
}

async function afterFailure(options: FanoutOptions, task: FanoutTask, error: unknown): Promise<Ended> {
  const { pool, cache, logger, limits = timelineLimits } = options;
  if (isCachesFault(error) || cache.namespace() === null) {
    await putBackTask(pool, task, limits.fanoutRestMs);
    return 'away';
  }
  const seq = String(task.seq);
  logger.warn({ err: error, seq, attempts: task.attempts }, 'a step of the fan-out failed');
  fanoutFailures.inc();
  const isGivenUp = task.isGivenUp || (task.seqs.length === 1 && task.attempts >= limits.fanoutTries);
  if (isGivenUp && !task.isGivenUp) fanoutGivenUp.inc();
  const step = Math.max(limits.leastFollowers, Math.floor(stepOf(task, limits) / 2));
  const waitMs = Math.min(limits.fanoutRestMs * 2 ** (task.attempts - 1), limits.fanoutMostRestMs);
  await retryTask(pool, task, { waitMs, step, isGivenUp });
  return 'done';
}
