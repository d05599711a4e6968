import { setTimeout as sleep } from 'node:timers/promises';
import { createWakeUps, leadOnce } from '@murmuration/events';
import type { Logger } from '@murmuration/service-kit';
import { CacheAway } from '../home/cache/cache.ts';
import { readLogHead } from '../live/log-event.ts';
import { pushNextChunk } from './chunk-lane.ts';
import { readFanoutCursor } from './events.ts';
import { fanoutLag } from './metrics.ts';
import { fanOutNext, type FanoutOptions } from './small-lane.ts';

/** Without a poke: another worker may hold the office that writes the log. */
const idleMs = 200;
const afterFailureMs = 500;

export interface FanoutLoop {
  /** There may be something to push. */
  poke(): void;
  stop(): Promise<void>;
}

/**
 * Pushes the log to the cached lists until stopped. Any number of workers may run it: one leads. Should two
 * lead for a moment they push the same twice, which changes nothing, and the cursor moves only once.
 */
export function startFanout(options: FanoutOptions & { databaseUrl: string; logger: Logger }): FanoutLoop {
  const { databaseUrl, logger, pool } = options;
  const stopping = new AbortController();
  const wakeUps = createWakeUps();

  async function lane(signal: AbortSignal, step: () => Promise<boolean>): Promise<void> {
    while (!signal.aborted) {
      const seen = wakeUps.count();
      try {
        if (!(await step())) await wakeUps.wait(seen, idleMs, signal);
      } catch (error) {
        if (!(error instanceof CacheAway)) logger.warn({ err: error }, 'a step of the fan-out failed');
        await sleep(afterFailureMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async function lead(signal: AbortSignal): Promise<void> {
    const small = lane(signal, async () => {
      try {
        const taken = await fanOutNext(options);
        if (taken === 0) fanoutLag.set(0);
        else await measureLag();
        return taken > 0;
      } catch (error) {
        // What fails again and again is what the alert is for.
        await measureLag().catch(() => undefined);
        throw error;
      }
    });
    try {
      await Promise.all([small, lane(signal, () => pushNextChunk(options))]);
    } finally {
      // Another leader's business now.
      fanoutLag.set(0);
    }
  }

  async function measureLag(): Promise<void> {
    const [{ seq }, cursor] = [await readLogHead(pool), await readFanoutCursor(pool)];
    fanoutLag.set(Number(seq - cursor));
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    const connection = { connectionString: databaseUrl, application_name: 'timeline-fanout-lead' };
    while (!signal.aborted) {
      try {
        await leadOnce({ connection, office: 'fanout', signal, logger, lead });
      } catch (error) {
        if (!signal.aborted) logger.error({ err: error }, 'the fan-out failed and will begin again');
      }
      await sleep(afterFailureMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    poke: () => wakeUps.wake(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
