import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@murmuration/service-kit';
import type { ResetReason } from '@murmuration/service-kit/subgraph';
import pLimit from 'p-limit';
import { decodePosition, encodePosition, type FeedPosition, isBefore } from '../feed/cursor.ts';
import type { Feed } from '../feed/feed.ts';
import type { WireEvent } from '../feed/wire.ts';
import type { OutboxLogLimits } from './limits.ts';
import { type ChangeWindow, createChangeWindow, type LoggedChange } from './window.ts';

/** Makes of an event what matters live; null for what nobody can listen to. */
export type ReadChange<Change> = (event: WireEvent) => { topics: readonly string[]; change: Change } | null;

export interface FollowerOptions<Change> {
  feed: Pick<Feed, 'read' | 'head'>;
  read: ReadChange<Change>;
  onChange: (change: LoggedChange<Change>) => void;
  /** Following begins here; `isAnew`: in a log that became another one. */
  onBegin: (at: FeedPosition, isAnew: boolean) => void;
  limits: OutboxLogLimits;
  logger: Logger;
}

/** Where the log is, and the newest stretch of it. */
interface Place<Change> {
  position: FeedPosition;
  window: ChangeWindow<Change>;
}

export interface Follower<Change> {
  /** Rejects when the database could not be reached. */
  ready(): Promise<Place<Change>>;
  position(): FeedPosition | null;
  /** Makes the window reach back to a place. @returns why what was missed since then cannot be told, or null */
  reach(place: FeedPosition, topics: readonly string[]): Promise<ResetReason | null>;
  stop(): Promise<void>;
}

/** Follows a feed from its head on, until it is stopped. */
export function createFollower<Change>(options: FollowerOptions<Change>): Follower<Change> {
  const { feed, limits, logger, onBegin, onChange, read } = options;
  const stopping = new AbortController();
  let place: Place<Change> | null = null;
  /** Whoever missed more than this missed too much. */
  let tooOld: FeedPosition | null = null;
  let beginning = begin();
  const running = run();
  /** One after the other: what one has read the next need not. */
  const inTurn = pLimit(1);

  async function begin(): Promise<Place<Change>> {
    const position = decodePosition(await feed.head());
    if (!position) throw new Error('the head of the feed cannot be read');
    const isAnew = place !== null;
    place = { position, window: createChangeWindow<Change>(limits.windowChanges, position) };
    tooOld = null;
    onBegin(position, isAnew);
    return place;
  }

  async function step(): Promise<void> {
    const { position, window } = place ?? (await beginning);
    const answer = await feed.read({
      after: encodePosition(position),
      limit: limits.pageEvents,
      waitMs: limits.waitMs,
      signal: stopping.signal,
    });
    if (stopping.signal.aborted) return;
    if (answer.status === 'reset') {
      await begin();
      return;
    }
    const changes = changesOf(answer.events, read);
    window.add(changes);
    for (const change of changes) onChange(change);
    place = { position: decodePosition(answer.cursor) ?? position, window };
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.warn({ err: error }, 'the outbox cannot be followed right now');
        await sleep(limits.retryMs, undefined, { ref: false });
        if (!place) beginning = begin();
      }
    }
  }

  const ready = async () => place ?? (await beginning);

  async function reachBack(to: FeedPosition): Promise<ResetReason | null> {
    const earlier: LoggedChange<Change>[] = [];
    let looked = 0;
    for (let at = to; ; ) {
      const { window } = await ready();
      if (!isBefore(at, window.start())) {
        if (isBefore(to, window.start())) window.extend(to, earlier);
        return null;
      }
      if (tooOld && !isBefore(tooOld, to)) return 'TOO_OLD';
      const answer = await feed.read({ after: encodePosition(at), limit: limits.pageEvents, waitMs: 0 });
      if (answer.status === 'reset') return answer.because === 'another incarnation' ? 'REBUILT' : 'TOO_OLD';
      looked += answer.events.length;
      if (looked + window.size() > limits.windowChanges) {
        tooOld = to;
        return 'TOO_OLD';
      }
      earlier.push(...changesOf(answer.events, read));
      // At the end of what is committed nothing is left between it and the window.
      at = answer.events.length === 0 ? window.start() : (decodePosition(answer.cursor) ?? at);
    }
  }

  return {
    ready,
    position: () => place?.position ?? null,
    async reach(wanted, topics) {
      const { position } = await ready();
      if (wanted.incarnation !== position.incarnation) return 'REBUILT';
      const unreachable = await inTurn(() => reachBack(wanted));
      if (unreachable) return unreachable;
      const { window } = await ready();
      return window.after(wanted, topics).length > limits.replayEvents ? 'TOO_OLD' : null;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function changesOf<Change>(events: readonly WireEvent[], read: ReadChange<Change>): LoggedChange<Change>[] {
  return events.flatMap((event) => {
    const found = read(event);
    const place = decodePosition(event.cursor);
    return found && place ? [{ ...found, place }] : [];
  });
}
