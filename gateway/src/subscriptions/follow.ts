import type { UpstreamEnd, UpstreamSink } from './upstream/sink.ts';

export const followLimits = {
  /** Wait before another try, doubled each time, with jitter so that a restart is not a stampede. */
  firstWaitMs: 50,
  longestWaitMs: 5_000,
  /** An upstream away for longer ends the subscription, which says so. */
  givesUpAfterMs: 5 * 60_000,
  /** Those who share a connection come back at this rate, however many they are. */
  crowdPerMs: 5,
} as const;

/** Opens the upstream; `cursor` is where to continue, or undefined for the first time. */
export type OpenUpstream<Event> = (cursor: string | undefined, sink: UpstreamSink<Event>) => () => void;

export type FollowEnd = UpstreamEnd;

export interface Following {
  stop(): void;
  /** Opens anew behind the last event; false when there is no cursor to do so. */
  move(): boolean;
  /**
   * Opens anew in `waitMs` behind an earlier event, whose cursor is given: what came after that comes again. False when
   * nothing is followed any more.
   */
  goBack(behind: string, waitMs: number): boolean;
  /** Hears nothing from now on; what came behind this cursor comes again. */
  hold(behind: string): void;
  /** Opens anew in `waitMs` where it was held; nothing where it was not. */
  goOn(waitMs: number): void;
}

export interface FollowOptions<Event> {
  /** Where the client said to begin. */
  startsAt: string | undefined;
  open: OpenUpstream<Event>;
  /** The cursor of an event; undefined when it has none, or when the subscription cannot resume. */
  cursorOf(event: Event): string | undefined;
  /** @param behind the cursor before this event, where one can continue so that it comes again */
  onEvent(event: Event, behind: string | undefined): void;
  onEnd(end: FollowEnd): void;
}

/**
 * Follows one upstream subscription over the loss of its connections. It continues behind the last cursor
 * seen; without a cursor a loss ends it, for then nobody can tell what was missed.
 */
export function follow<Event>(options: FollowOptions<Event>): Following {
  let cursor = options.startsAt;
  let attempt = 0;
  let lostAtMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isHeld = false;
  let opened = 0;
  let close: () => void = () => undefined;

  function open(): void {
    const mine = ++opened;
    const isCurrent = () => mine === opened;
    const leave = options.open(cursor, {
      next(event) {
        if (!isCurrent() || isStopped) return;
        attempt = 0;
        lostAtMs = undefined;
        const behind = cursor;
        cursor = options.cursorOf(event) ?? cursor;
        options.onEvent(event, behind);
      },
      end(end) {
        if (!isCurrent() || isStopped) return;
        opened++;
        onUpstreamEnd(end);
      },
      retire(crowd) {
        if (cursor === undefined || !isCurrent()) return;
        clearTimeout(timer);
        timer = setTimeout(
          () => isCurrent() && move(),
          Math.random() * (followLimits.firstWaitMs + crowd / followLimits.crowdPerMs),
        );
      },
    });
    // What came at once may have been the reason to leave.
    if (!isCurrent() || isStopped) return leave();
    close = () => {
      opened++;
      leave();
    };
  }

  function move(): boolean {
    if (isStopped || cursor === undefined) return false;
    if (isHeld) return true;
    clearTimeout(timer);
    close();
    open();
    return true;
  }

  function goBack(behind: string, waitMs: number): boolean {
    if (isStopped) return false;
    hold(behind);
    goOn(waitMs);
    return true;
  }

  function hold(behind: string): void {
    if (isStopped) return;
    cursor = behind;
    isHeld = true;
    clearTimeout(timer);
    close();
    // Also one that is just being opened.
    opened++;
  }

  function goOn(waitMs: number): void {
    if (isStopped || !isHeld) return;
    isHeld = false;
    clearTimeout(timer);
    if (waitMs > 0) timer = setTimeout(open, waitMs);
    else open();
  }

  function onUpstreamEnd(end: UpstreamEnd): void {
    if (end.kind !== 'lost') return finish(end);
    const nowMs = performance.now();
    lostAtMs ??= nowMs;
    const isTooLong = nowMs - lostAtMs > followLimits.givesUpAfterMs;
    if (cursor === undefined || isTooLong) return finish(end);
    const { firstWaitMs, longestWaitMs, crowdPerMs } = followLimits;
    const backOffMs = Math.min(firstWaitMs * 2 ** attempt++, longestWaitMs) * (0.5 + Math.random());
    const waitMs = backOffMs + (Math.random() * end.crowd) / crowdPerMs;
    clearTimeout(timer);
    timer = setTimeout(() => isStopped || open(), waitMs);
  }

  function finish(end: FollowEnd): void {
    isStopped = true;
    clearTimeout(timer);
    options.onEnd(end);
  }

  open();
  return {
    move,
    goBack,
    hold,
    goOn,
    stop() {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      close();
    },
  };
}
