import {
  countReset,
  createOpenStreams,
  createQueue,
  type LiveStreamLimits,
  liveStreams,
  type Pourable,
  type Queue,
  type Queued,
  type ResetReason,
  streamOf,
  tryAgain,
} from '@murmuration/service-kit/subgraph';
import type { LiveCursors } from './cursor.ts';
import type { LogHead } from './head.ts';

/** What was missed cannot be told any more. From here on places are those of this incarnation. */
export interface ResetEvent {
  type: 'Reset';
  seq: bigint;
  reason: ResetReason;
  incarnation: string;
}

/** An event with the cursor of its place, and the one object that all have who are told it. */
export type Cursored<Event> = Event & { cursor: string; told: Event };

/** `Of` is what a stream is of: a viewer, or a viewer of something. */
export type OpenStream<Event, Of = bigint> = (of: Of, after: string | null) => Pourable<Cursored<Event>>;

/** The number that nobody has, in the cursors of anonymous readers. */
const nobody = 0n;

/** What a viewer missed: all after one place, through another. */
export interface Missed {
  after: bigint;
  through: bigint;
}

/** Where a stream begins: at a place of the log, or there after saying that the client must fetch again. */
type Start = { from: bigint; incarnation: string; reset: ResetReason | null };

/** Streams of what a log tells, each of which continues behind any cursor that it gave. `seq` is an event's place in the log. */
export function createResumableStreams<Event extends { type: string; seq: bigint }, Of = bigint>(options: {
  cursorsOf: (of: Of) => LiveCursors;
  /** Null: nobody who is known. */
  viewerOf: (of: Of) => bigint | null;
  readHead: () => Promise<LogHead>;
  /** Whether what a viewer missed is all there, and little enough to be told one by one. */
  canReplay: (of: Of, missed: Missed) => Promise<boolean>;
  /** Tells a viewer everything after a place, first what was missed and then as it happens, until it is closed. */
  open: (
    of: Of,
    from: bigint,
    queue: Queue<Event | ResetEvent>,
    /** Whether they were told before, until somewhere. */
    isResumed: boolean,
  ) => () => void;
  /** Whether an event shows something that must not be shown once its viewer may not see it any more. */
  shows: (event: Event | ResetEvent) => boolean;
  /** An event that waited, as it is to the viewer now; null when it is nothing any more. @throws when nobody can tell */
  lookAgain: (of: Of, event: Event | ResetEvent) => Promise<Event | ResetEvent | null>;
  onTold?: (event: Event | ResetEvent) => void;
  limits: LiveStreamLimits;
}): OpenStream<Event | ResetEvent, Of> {
  type Told = Event | ResetEvent;
  const { canReplay, cursorsOf, limits, lookAgain, onTold, open, readHead, shows, viewerOf } = options;
  const openStreams = createOpenStreams(limits);

  async function startAt(of: Of, after: string | null): Promise<Start> {
    const place = after === null ? null : cursorsOf(of).decode(after);
    const { incarnation, seq: head } = await readHead();
    const reset = (reason: ResetReason): Start => ({ from: head, incarnation, reset: reason });
    if (after === null) return { from: head, incarnation, reset: null };
    if (!place || (place.incarnation === incarnation && place.seq > head)) return reset('INVALID');
    if (place.viewerId !== (viewerOf(of) ?? nobody)) return reset('NOT_YOURS');
    if (place.incarnation !== incarnation) return reset('REBUILT');
    const isTold = await canReplay(of, { after: place.seq, through: head });
    return isTold ? { from: place.seq, incarnation, reset: null } : reset('TOO_OLD');
  }

  return (of, after) => {
    const viewerId = viewerOf(of);
    const cursorAt = cursorsOf(of).cursorsOf(viewerId ?? nobody);
    const leave = openStreams.enter(viewerId);
    const queue = createQueue<Told>(limits.liveWaiting);
    let close: () => void = () => undefined;
    let isOpen = true;
    /** That of what was taken last: what waits may be of one before the newest. */
    let incarnation = '';

    async function start(): Promise<void> {
      const { from, reset, ...at } = await startAt(of, after);
      if (!isOpen) return;
      ({ incarnation } = at);
      if (reset) {
        countReset(reset);
        queue.push({ type: 'Reset', seq: from, reason: reset, incarnation });
      }
      const closeIt = open(of, from, queue, after !== null);
      liveStreams.inc();
      close = () => {
        closeIt();
        liveStreams.dec();
      };
    }
    start().catch((error: Error) => queue.fail(error));

    function cursored(event: Told): Cursored<Told> {
      if (isReset(event)) ({ incarnation } = event);
      onTold?.(event);
      return { ...event, told: event, cursor: cursorAt({ incarnation, seq: event.seq }) };
    }

    /** What waited is looked at again: somebody may have blocked somebody meanwhile. */
    async function stillTold(event: Told): Promise<Cursored<Told> | null> {
      const now = await tryAgain(
        () => lookAgain(of, event),
        () => isOpen,
        limits,
      );
      return now && cursored(now);
    }

    function tell({ item, queuedAtMs }: Queued<Told>) {
      const isFresh = !shows(item) || performance.now() - queuedAtMs < limits.liveFreshMs;
      return isFresh ? cursored(item) : stillTold(item);
    }

    return streamOf(queue, tell, () => {
      isOpen = false;
      leave();
      close();
    });
  };
}

function isReset(event: { type: string }): event is ResetEvent {
  return event.type === 'Reset';
}
