import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, watchChore } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import type { HomeCache } from '../home-cache/cache.ts';
import { eraseAll, erasureLimits } from './erase.ts';

/** Erases whoever is to be, until stopped. Every worker may. */
export function startErasures(options: { sql: Sql; cache: Pick<HomeCache, 'forget'>; logger: Logger }): {
  stop(): Promise<void>;
} {
  const { cache, logger, sql } = options;
  const abort = new AbortController();
  const noteSuccess = watchChore('erase who is gone');

  async function repeat(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        await eraseAll(sql, cache, abort.signal);
        noteSuccess();
      } catch (error) {
        if (!abort.signal.aborted)
          logger.warn({ err: error }, 'somebody who is gone could not be erased yet');
      }
      await sleep(erasureLimits.everyMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  const running = repeat();
  return {
    async stop() {
      abort.abort();
      await running;
    },
  };
}
