import { type FeedPosition, standingOf } from '@murmuration/events';
import { timeOf } from '@murmuration/ids';
import type { Logger } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import type { TimelineLimits } from '../limits.ts';

/** A place in each feed. */
export type Places = ReadonlyMap<string, FeedPosition>;

/**
 * How a wait ended. `known`: nothing had to be asked. `stale`: the write is so old that the projection is
 * evidently held up, and waiting a little longer would only slow everybody down.
 */
export type Outcome = 'known' | 'reached' | 'timed_out' | 'stale';

export interface CursorWatch {
  /** Ends once the consumers are past all of these places, and at the latest after the limit. */
  reach(places: Places): Promise<Outcome>;
  /** Something was committed: whoever waits looks at once. */
  wake(): void;
  /** Ends every wait. */
  stop(): void;
}

interface Waiter {
  places: Places;
  end(outcome: Outcome): void;
}

/**
 * Knows how far the consumers of the feeds are. Only the primary can say, so it is asked: by one statement
 * for all who wait, one at a time, when somebody comes, when the firehose says that something was committed,
 * and every few milliseconds in case it does not. While nobody waits nobody asks.
 */
export function createCursorWatch(options: {
  /** Leads to the primary. */
  sql: Sql;
  logger: Logger;
  limits: Pick<TimelineLimits, 'positionWaitMs' | 'positionPollMs' | 'positionStaleMs'>;
}): CursorWatch {
  const { sql, logger, limits } = options;
  const cursors = new Map<string, string | null>();
  const waiting = new Set<Waiter>();
  let isLooking = false;
  let isWanted = false;
  let resume: () => void = () => undefined;

  const lacking = (places: Places) =>
    [...places].filter(([feed, place]) => standingOf(cursors.get(feed) ?? null, place) !== 'past');

  async function look(): Promise<void> {
    const { rows } = await sql.query<{ feed: string; cursor: string | null }>({
      name: 'consumer-cursors',
      text: 'SELECT feed, cursor FROM consumer',
    });
    for (const { feed, cursor } of rows) cursors.set(feed, cursor);
    for (const { places, end } of waiting) {
      const rest = lacking(places);
      if (rest.length === 0) end('reached');
      else if (rest.every(([, place]) => isStale(place))) end('stale');
    }
  }

  /** Also true of a place in another life of the feed, which no cursor will ever be past. */
  function isStale({ id }: FeedPosition): boolean {
    return Date.now() - timeOf(id) > limits.positionStaleMs;
  }

  async function lookWhileWanted(): Promise<void> {
    isLooking = true;
    while (waiting.size > 0) {
      isWanted = false;
      await look().catch((error: unknown) => logger.debug({ err: error }, 'the cursors cannot be read'));
      if (waiting.size > 0 && !isWanted) await pause();
    }
    isLooking = false;
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limits.positionPollMs);
      resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function wake(): void {
    isWanted = true;
    resume();
  }

  return {
    wake,
    reach(places) {
      if (lacking(places).length === 0) return Promise.resolve('known');
      return new Promise((resolve) => {
        const waiter: Waiter = {
          places,
          end(outcome) {
            waiting.delete(waiter);
            clearTimeout(timer);
            // Nobody left to look for.
            if (waiting.size === 0) resume();
            resolve(outcome);
          },
        };
        const timer = setTimeout(() => waiter.end('timed_out'), limits.positionWaitMs);
        waiting.add(waiter);
        // One that runs may have looked before the write was projected.
        if (isLooking) wake();
        else void lookWhileWanted();
      });
    },
    stop() {
      for (const { end } of waiting) end('timed_out');
    },
  };
}
