import { setTimeout as sleep } from 'node:timers/promises';
import { createWakeUps } from '@murmuration/events';
import { timelineLimits } from '../limits.ts';
import { adoptNamespace, dispatch } from './dispatch.ts';
import { measureFanout } from './lag.ts';
import { fanoutNamespaces } from './metrics.ts';
import { type FanoutOptions, runNextTask } from './run-task.ts';

export interface FanoutLoop {
  /** There may be something to push. */
  poke(): void;
  stop(): Promise<void>;
}

/**
 * Pushes the log to the cached lists until stopped. Any number of workers may run it: they share the tasks, and one
 * at a time makes new ones. Should two push the same, nothing changes.
 */
export function startFanout(options: FanoutOptions): FanoutLoop {
  const { cache, logger, pool, limits = timelineLimits } = options;
  const { signal, abort } = stopper();
  const log = createWakeUps();
  const tasks = { small: createWakeUps(), large: createWakeUps() };
  let namespace: string | null = null;

  /** Whether the Redis in use is the one that is pushed to. */
  async function isPushedTo(): Promise<boolean> {
    const current = cache.namespace();
    if (current !== null && current !== namespace) {
      if (!(await adoptNamespace(pool, current, limits))) return false;
      namespace = current;
      fanoutNamespaces.inc();
      logger.info({ namespace }, 'the fan-out pushes to this Redis');
    }
    return current !== null;
  }

  /** @returns how many events of the log they are of */
  async function makeTasks(): Promise<number> {
    const { events, moved, small, large } = await dispatch(pool, limits);
    if (moved.length > 0) await cache.forget(moved).catch(() => undefined);
    if (small > 0) tasks.small.wake();
    if (large > 0) tasks.large.wake();
    return events;
  }

  async function dispatching(): Promise<void> {
    let measuredAtMs = 0;
    await repeat(log, async () => {
      await isPushedTo();
      const events = await makeTasks();
      if (performance.now() - measuredAtMs > limits.fanoutMeasureEveryMs) {
        measuredAtMs = performance.now();
        // Somebody else may have made another Redis the one that is pushed to.
        if ((await measureFanout(pool)).namespace !== namespace) namespace = null;
      }
      if (events === limits.fanoutEvents) return true;
      // What is said in the meantime is pushed together: readers find it in the log until then.
      if (events > 0) await sleep(limits.fanoutGatherMs, undefined, { signal }).catch(() => undefined);
      return false;
    });
  }

  async function running(isLarge: boolean): Promise<void> {
    const wakeUps = isLarge ? tasks.large : tasks.small;
    await repeat(wakeUps, async () => (await runNextTask(options, isLarge)) === 'done');
  }

  /** Takes steps until there is nothing to do, then waits to be woken. */
  async function repeat(wakeUps: ReturnType<typeof createWakeUps>, step: () => Promise<boolean>) {
    while (!signal.aborted) {
      const seen = wakeUps.count();
      try {
        if (!(await step())) await wakeUps.wait(seen, limits.fanoutIdleMs, signal);
      } catch (error) {
        logger.warn({ err: error }, 'a step of the fan-out failed');
        await sleep(limits.fanoutRetryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  const loops = [
    dispatching(),
    ...Array.from({ length: limits.fanoutSmallAtOnce }, () => running(false)),
    ...Array.from({ length: limits.fanoutLargeAtOnce }, () => running(true)),
  ];
  return {
    poke: () => log.wake(),
    async stop() {
      abort();
      await Promise.all(loops);
    },
  };
}

function stopper(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
