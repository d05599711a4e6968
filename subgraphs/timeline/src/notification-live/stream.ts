import {
  countReset,
  createOpenStreams,
  createQueue,
  type LiveStreamLimits,
  type Pourable,
  type Queued,
  type ResetReason,
  streamOf,
  tryAgain,
} from '@murmuration/service-kit/subgraph';
import type { LiveCursors } from '../log/cursor.ts';
import type { NotificationHead } from '../notifications/preferences.ts';
import type { LookAgain, NotificationEvent, NotificationHub } from './hub.ts';

/** An event with the cursor of its place. */
export type CursoredNotification = NotificationEvent & { cursor: string };

export type CursoredAddition = Extract<CursoredNotification, { type: 'NotificationAdded' }>;

export type OpenNotifications = (viewerId: bigint, after: string | null) => Pourable<CursoredNotification>;

/** Streams of what others do that concerns the viewer, each of which continues behind any cursor that it gave. */
export function createNotificationStreams(options: {
  hub: Pick<NotificationHub, 'open'>;
  cursors: LiveCursors;
  readHead: () => Promise<NotificationHead>;
  /** Whether more was told to the viewer after a place than is replayed. */
  isReplayOver: (viewerId: bigint, after: bigint) => Promise<boolean>;
  look: LookAgain;
  limits: LiveStreamLimits;
}): OpenNotifications {
  const { hub, cursors, readHead, isReplayOver, look, limits } = options;
  const openStreams = createOpenStreams(limits);

  async function startAt(viewerId: bigint, after: string | null) {
    const place = after === null ? null : cursors.decode(after);
    const { incarnation, seq } = await readHead();
    const reset = (reason: ResetReason) => ({ from: seq, incarnation, reset: reason });
    if (after === null) return { from: seq, incarnation, reset: null };
    if (!place || (place.incarnation === incarnation && place.seq > seq)) return reset('INVALID');
    if (place.viewerId !== viewerId) return reset('NOT_YOURS');
    if (place.incarnation !== incarnation) return reset('REBUILT');
    if (await isReplayOver(viewerId, place.seq)) return reset('TOO_OLD');
    return { from: place.seq, incarnation, reset: null };
  }

  return (viewerId, after) => {
    const leave = openStreams.enter(viewerId);
    const queue = createQueue<NotificationEvent>(limits.liveWaiting);
    let close: () => void = () => undefined;
    let isOpen = true;
    /** That of what was taken last: what waits may be of one before the hub's. */
    let incarnation = '';

    async function start(): Promise<void> {
      const { from, reset, ...at } = await startAt(viewerId, after);
      if (!isOpen) return;
      ({ incarnation } = at);
      if (reset) {
        countReset(reset);
        queue.push({ type: 'Reset', place: from, reason: reset, incarnation });
      }
      close = hub.open(viewerId, from, queue);
    }
    start().catch((error: Error) => queue.fail(error));

    function cursored(event: NotificationEvent): CursoredNotification {
      if (event.type === 'Reset') ({ incarnation } = event);
      return { ...event, cursor: cursors.encode({ incarnation, seq: event.place, viewerId }) };
    }

    /** What waited is looked at again: somebody may have blocked somebody meanwhile. */
    async function stillTold(event: Extract<NotificationEvent, { type: 'NotificationAdded' }>) {
      const again = () => look(viewerId, [event.notification.id]);
      const [notification] = (await tryAgain(again, () => isOpen, limits)) ?? [];
      return notification ? cursored({ ...event, notification }) : null;
    }

    function tell({ item, queuedAtMs }: Queued<NotificationEvent>) {
      const isFresh = performance.now() - queuedAtMs < limits.liveFreshMs;
      return item.type === 'Reset' || isFresh ? cursored(item) : stillTold(item);
    }

    return streamOf(queue, tell, () => {
      isOpen = false;
      leave();
      close();
    });
  };
}
