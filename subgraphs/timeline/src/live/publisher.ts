import type { Logger, RedisCache } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { publisherLimits } from '../limits.ts';
import { encodeFirehose, firehoseChannel } from './firehose.ts';
import { readLogHead } from '../log/head.ts';
import { readLog } from '../log/log-event.ts';

export interface Publisher {
  /** Call after a commit that wrote to the log. Never fails, never waits. */
  poke(): void;
  stop(): Promise<void>;
}

/**
 * Tells the log to the processes that serve live streams: each event once and in order, read back after its
 * commit, and the head every half second so that a lost message is noticed. Losing all of it loses nothing:
 * whoever listens reads what is missing from Postgres.
 */
export function startPublisher(options: {
  sql: Sql;
  redis: RedisCache;
  logger: Logger;
  /** Only who writes the log tells it; others stand by. */
  isLeading: () => boolean;
}): Publisher {
  const { sql, redis, logger, isLeading } = options;
  /** Null: the next one told is where the log ends then. */
  let last: bigint | null = null;
  let isWanted = false;
  let running: Promise<void> | undefined;

  async function publish(): Promise<void> {
    if (!isLeading()) {
      last = null;
      return;
    }
    const head = await readLogHead(sql);
    last ??= head.seq;
    const events = await readLog(sql, last, publisherLimits.events);
    last = events.at(-1)?.seq ?? last;
    isWanted ||= events.length === publisherLimits.events;
    await redis.client.publish(firehoseChannel, encodeFirehose({ head, events }));
  }

  async function run(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      try {
        await publish();
      } catch (error) {
        logger.debug({ err: error }, 'the firehose could not be published; readers fill the gap');
      }
    }
  }

  function poke(): void {
    isWanted = true;
    running ??= run().finally(() => {
      running = undefined;
    });
  }

  poke();
  const timer = setInterval(poke, publisherLimits.headEveryMs);
  return {
    poke,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
