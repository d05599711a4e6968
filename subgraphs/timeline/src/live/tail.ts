import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, RedisCache } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { tailLimits } from '../limits.ts';
import { decodeFirehose, type FirehoseMessage, firehoseChannel } from './firehose.ts';
import { type LogHead, readLogHead } from '../log/head.ts';
import { type LogEvent, readLog } from '../log/log-event.ts';
import { gapsFilled } from './metrics.ts';

export interface TailListener {
  /** Called with events in order, each once, without a gap; the next ones wait for it. */
  onEvents(events: readonly LogEvent[]): Promise<void>;
  /** The projection became another one: what was told before cannot be continued. */
  onReset(head: LogHead): void;
}

export interface Tail {
  stop(): Promise<void>;
}

/**
 * Follows the log. Messages of the firehose are used when they continue it; at or below the last seq they
 * are dropped; after a jump, or a second of silence, the missing rows come from Postgres.
 */
export async function followLog(options: {
  sql: Sql;
  redis: RedisCache;
  logger: Logger;
  start: LogHead;
  listener: TailListener;
  /** Called for every message as it arrives, before anything is made of it. */
  onHeard?: () => void;
}): Promise<Tail> {
  const { sql, redis, logger, listener } = options;
  let { seq: last, incarnation } = options.start;
  const messages: FirehoseMessage[] = [];
  let wake: () => void = () => undefined;
  const stopping = new AbortController();

  const subscriber = redis.subscriber({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
    autoResubscribe: true,
  });
  subscriber.on('message', (_channel: string, text: string) => {
    options.onHeard?.();
    const message = decodeFirehose(text);
    // What overflows here is read from Postgres.
    if (message && messages.length < tailLimits.queuedMessages) messages.push(message);
    wake();
  });
  subscriber.subscribe(firehoseChannel).catch(() => undefined);

  async function tell(events: readonly LogEvent[]): Promise<void> {
    const news = events.filter(({ seq }) => seq > last);
    const end = news.at(-1);
    if (!end) return;
    last = end.seq;
    await listener.onEvents(news);
  }

  async function catchUp(): Promise<void> {
    const head = await readLogHead(sql);
    if (head.incarnation !== incarnation) {
      ({ seq: last, incarnation } = head);
      listener.onReset(head);
    }
    while (last < head.seq && !stopping.signal.aborted) {
      const rows = await readLog(sql, last, tailLimits.events);
      if (rows.length === 0) break;
      gapsFilled.inc(rows.length);
      await tell(rows);
    }
  }

  async function take(message: FirehoseMessage): Promise<void> {
    const next = message.events.find(({ seq }) => seq > last);
    const isContinuation = message.head.incarnation === incarnation;
    if (isContinuation && next?.seq === last + 1n) await tell(message.events);
    if (!isContinuation || message.head.seq > last) await catchUp();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const message = messages.shift();
        if (message) await take(message);
        else if ((await waitForMessage()) === 'silence') await catchUp();
      } catch (error) {
        logger.warn({ err: error }, 'the log cannot be followed right now');
        await sleep(tailLimits.silenceMs / 2);
      }
    }
  }

  function waitForMessage(): Promise<'message' | 'silence'> {
    return new Promise((resolve) => {
      const silence = setTimeout(() => resolve('silence'), tailLimits.silenceMs);
      wake = () => {
        clearTimeout(silence);
        resolve('message');
      };
    });
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      wake();
      subscriber.disconnect();
      await running;
    },
  };
}
