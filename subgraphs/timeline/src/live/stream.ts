import type { Sql } from '../database/pool.ts';
import type { HomePipeline } from '../home/pipeline.ts';
import type { LiveCursors } from './cursor.ts';
import type { Hub } from './hub.ts';
import type { LiveEvent, ResetReason } from './live-event.ts';
import { readLogHead } from './log-event.ts';
import { liveEventsSent, liveResets } from './metrics.ts';
import { createQueue, type Queued } from './queue.ts';
import { isReplayable } from './replay.ts';

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
type Start = { from: bigint; incarnation: string; reset: ResetReason | null };

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
    const { incarnation } = head;
    const reset = (reason: ResetReason): Start => ({ from: head.seq, incarnation, reset: reason });
    if (after === null) return { from: head.seq, incarnation, reset: null };
    if (!place || (place.incarnation === incarnation && place.seq > head.seq)) return reset('INVALID');
    if (place.viewerId !== viewerId) return reset('NOT_YOURS');
    if (place.incarnation !== incarnation) return reset('REBUILT');
    const isKept = await isReplayable(sql, place.seq, head.seq);
    return isKept ? { from: place.seq, incarnation, reset: null } : reset('TOO_OLD');
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
    /** That of what was taken last: what waits may be of one before the hub's. */
    let incarnation = '';

    async function start(): Promise<void> {
      const { from, reset, ...place } = await startAt(viewerId, after);
      if (!isOpen) return;
      ({ incarnation } = place);
      if (reset) {
        liveResets.labels(reset).inc();
        queue.push({ type: 'Reset', seq: from, reason: reset, incarnation });
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
        if (event.type === 'Reset') ({ incarnation } = event);
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
