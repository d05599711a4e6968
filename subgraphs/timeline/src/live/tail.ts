import { followChannel, type Logger, type RedisCache } from '@murmuration/service-kit';
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

  async function tell(events: readonly LogEvent[]): Promise<void> {
    const news = events.filter(({ seq }) => seq > last);
    const end = news.at(-1);
    if (!end) return;
    last = end.seq;
    await listener.onEvents(news);
  }

  async function catchUp(signal: AbortSignal): Promise<void> {
    const head = await readLogHead(sql);
    if (head.incarnation !== incarnation) {
      ({ seq: last, incarnation } = head);
      listener.onReset(head);
    }
    while (last < head.seq && !signal.aborted) {
      const rows = await readLog(sql, last, tailLimits.events);
      if (rows.length === 0) break;
      gapsFilled.inc(rows.length);
      await tell(rows);
    }
  }

  async function take(message: FirehoseMessage, signal: AbortSignal): Promise<void> {
    const next = message.events.find(({ seq }) => seq > last);
    const isContinuation = message.head.incarnation === incarnation;
    if (isContinuation && next?.seq === last + 1n) await tell(message.events);
    if (!isContinuation || message.head.seq > last) await catchUp(signal);
  }

  return followChannel({
    redis,
    channel: firehoseChannel,
    name: 'the log',
    decode: decodeFirehose,
    take,
    catchUp,
    onHeard: options.onHeard,
    limits: tailLimits,
    logger,
  });
}
