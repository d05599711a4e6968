import type { Sql } from '../database/pool.ts';
import type { HomePipeline } from '../home/pipeline.ts';
import type { LiveCursors } from './cursor.ts';
import type { Hub } from './hub.ts';
import type { LiveEvent, ResetReason } from './live-event.ts';
import { readLogHead } from './log-event.ts';
import { liveEventsSent, liveResets } from './metrics.ts';
import { createQueue, type Queued } from './queue.ts';
import { oldestSeq } from './replay.ts';

export const streamLimits = {
  /** Events that may wait for a reader who does not keep up. */
  waiting: 1_000,
  /** What waited longer is looked at again before it is told: somebody may have blocked somebody meanwhile. */
  freshMs: 500,
} as const;

/** An event with the cursor of its place. */
export type CursoredEvent = LiveEvent & { cursor: string };
export type Cursored<Type extends LiveEvent['type']> = Extract<CursoredEvent, { type: Type }>;

export type OpenStream = (viewerId: bigint, after: string | null) => AsyncIterableIterator<CursoredEvent>;

/** Where a stream begins: at a place of the log, or there after saying that the client must fetch again. */
type Start = { from: bigint; reset: ResetReason | null };

export function createStreams(options: {
  sql: Sql;
  hub: Hub;
  cursors: LiveCursors;
  pipeline: Pick<HomePipeline, 'visible'>;
}): OpenStream {
  const { sql, hub, cursors, pipeline } = options;

  async function startAt(viewerId: bigint, after: string | null): Promise<Start> {
    const place = after === null ? null : cursors.decode(after);
    const head = await readLogHead(sql);
    const reset = (reason: ResetReason): Start => ({ from: head.seq, reset: reason });
    if (after === null) return { from: head.seq, reset: null };
    if (!place || (place.incarnation === head.incarnation && place.seq > head.seq)) return reset('INVALID');
    if (place.viewerId !== viewerId) return reset('NOT_YOURS');
    if (place.incarnation !== head.incarnation) return reset('REBUILT');
    const oldest = await oldestSeq(sql);
    const isKept = place.seq === head.seq || (oldest !== null && place.seq + 1n >= oldest);
    return isKept ? { from: place.seq, reset: null } : reset('TOO_OLD');
  }

  async function stillShown(
    viewerId: bigint,
    { item, queuedAtMs }: Queued<LiveEvent>,
  ): Promise<LiveEvent | null> {
    if (item.type !== 'PostAdded' || performance.now() - queuedAtMs < streamLimits.freshMs) return item;
    const [entry] = await pipeline.visible(viewerId, [item.entry.id]);
    return entry ? { ...item, entry } : null;
  }

  return (viewerId, after) => {
    const queue = createQueue<LiveEvent>(streamLimits.waiting);
    let close: () => void = () => undefined;
    let isOpen = true;

    async function start(): Promise<void> {
      const { from, reset } = await startAt(viewerId, after);
      if (!isOpen) return;
      if (reset) {
        liveResets.labels(reset).inc();
        queue.push({ type: 'Reset', seq: from, reason: reset });
      }
      close = hub.open(viewerId, from, queue);
    }
    start().catch((error: Error) => queue.fail(error));

    function end(): void {
      isOpen = false;
      close();
      queue.end();
    }

    async function next(): Promise<IteratorResult<CursoredEvent, undefined>> {
      for (;;) {
        const queued = await queue.take();
        if (!queued) return { done: true, value: undefined };
        const event = await stillShown(viewerId, queued);
        if (!event) continue;
        liveEventsSent.labels(event.type).inc();
        const { incarnation } = hub.position();
        return {
          done: false,
          value: { ...event, cursor: cursors.encode({ incarnation, seq: event.seq, viewerId }) },
        };
      }
    }

    return {
      async next() {
        try {
          return await next();
        } catch (error) {
          end();
          throw error;
        }
      },
      async return() {
        end();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}
