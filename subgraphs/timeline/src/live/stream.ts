import {
  countReset,
  createOpenStreams,
  createQueue,
  type Pourable,
  type Queued,
  type ResetReason,
  streamOf,
  tryAgain,
} from '@murmuration/service-kit/subgraph';
import type { Sql } from '../database/pool.ts';
import type { Visible } from '../belonging/visible.ts';
import type { LiveCursors } from '../log/cursor.ts';
import type { Hub } from './hub.ts';
import type { LiveEvent } from './live-event.ts';
import { readLogHead } from '../log/head.ts';
import { liveFreshness } from './metrics.ts';
import { known } from './replayer.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { isReplayOver } from '../belonging/replay.ts';
import { isReplayable } from '../log/is-replayable.ts';

/** An event with the cursor of its place, and the one object that all have who are told it. */
export type CursoredEvent = LiveEvent & { cursor: string; told: LiveEvent };
export type Cursored<Type extends LiveEvent['type']> = Extract<CursoredEvent, { type: Type }>;

export type OpenStream = (viewerId: bigint, after: string | null) => Pourable<CursoredEvent>;

/** Where a stream begins: at a place of the log, or there after saying that the client must fetch again. */
type Start = { from: bigint; incarnation: string; reset: ResetReason | null };

export function createStreams(options: {
  sql: Sql;
  hub: Hub;
  cursors: LiveCursors;
  visible: Visible;
  limits?: TimelineLimits;
}): OpenStream {
  const { sql, hub, cursors, visible, limits = timelineLimits } = options;

  async function startAt(viewerId: bigint, after: string | null): Promise<Start> {
    const place = after === null ? null : cursors.decode(after);
    const head = await readLogHead(sql);
    const { incarnation } = head;
    const reset = (reason: ResetReason): Start => ({ from: head.seq, incarnation, reset: reason });
    if (after === null) return { from: head.seq, incarnation, reset: null };
    if (!place || (place.incarnation === incarnation && place.seq > head.seq)) return reset('INVALID');
    if (place.viewerId !== viewerId) return reset('NOT_YOURS');
    if (place.incarnation !== incarnation) return reset('REBUILT');
    const { replayEvents } = limits;
    const missed = { after: place.seq, through: head.seq };
    const isTold =
      (await isReplayable(sql, place.seq, head.seq)) &&
      !(await isReplayOver(sql, viewerId, missed, replayEvents));
    return isTold ? { from: place.seq, incarnation, reset: null } : reset('TOO_OLD');
  }

  /** Whether it was just looked at; what waited is looked at again. */
  function isFresh({ item, queuedAtMs }: Queued<LiveEvent>): boolean {
    return item.type !== 'PostAdded' || performance.now() - queuedAtMs < limits.liveFreshMs;
  }

  async function stillShown(
    viewerId: bigint,
    { item }: Queued<LiveEvent>,
    isOpen: () => boolean,
  ): Promise<LiveEvent | null> {
    if (item.type !== 'PostAdded') return item;
    const look = async () => known((await visible(viewerId, [item.entry.id]))[0] ?? null);
    const entry = await tryAgain(look, isOpen, limits);
    return entry ? { ...item, entry } : null;
  }

  const openStreams = createOpenStreams(limits);

  return (viewerId, after) => {
    const leave = openStreams.enter(viewerId);
    const queue = createQueue<LiveEvent>(limits.liveWaiting);
    let close: () => void = () => undefined;
    let isOpen = true;
    /** That of what was taken last: what waits may be of one before the hub's. */
    let incarnation = '';

    async function start(): Promise<void> {
      const { from, reset, ...place } = await startAt(viewerId, after);
      if (!isOpen) return;
      ({ incarnation } = place);
      if (reset) {
        countReset(reset);
        queue.push({ type: 'Reset', seq: from, reason: reset, incarnation });
      }
      close = hub.open(viewerId, from, queue);
    }
    start().catch((error: Error) => queue.fail(error));

    function cursored(event: LiveEvent): CursoredEvent {
      if (event.type === 'Reset') ({ incarnation } = event);
      if (event.type === 'PostAdded' && event.writtenAtMs !== null) {
        liveFreshness.observe(Math.max(0, Date.now() - event.writtenAtMs) / 1_000);
      }
      return { ...event, told: event, cursor: cursors.encode({ incarnation, seq: event.seq, viewerId }) };
    }

    function tell(queued: Queued<LiveEvent>): CursoredEvent | Promise<CursoredEvent | null> {
      if (isFresh(queued)) return cursored(queued.item);
      return stillShown(viewerId, queued, () => isOpen).then((event) => event && cursored(event));
    }

    return streamOf(queue, tell, () => {
      isOpen = false;
      leave();
      close();
    });
  };
}
