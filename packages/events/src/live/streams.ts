import type { InternalKey } from '@murmuration/config';
import type { Logger } from '@murmuration/service-kit';
import {
  countReset,
  createOpenStreams,
  createQueue,
  type LiveStreamLimits,
  liveStreams,
  type Pourable,
  type Queue,
  type Queued,
  type Recipient,
  type ResetReason,
  streamOf,
  tryAgain,
} from '@murmuration/service-kit/subgraph';
import { type FeedPosition, isBefore } from '../feed/cursor.ts';
import type { Feed } from '../feed/feed.ts';
import { createStreamCursors } from './cursor.ts';
import type { ReadChange } from './follower.ts';
import type { OutboxLogLimits } from './limits.ts';
import { createOutboxLog, type OutboxListener } from './outbox-log.ts';
import type { LoggedChange } from './window.ts';

/** What every stream may carry beside a subgraph's own events. */
export type Placed<Item> = (
  | Item
  /** What was missed cannot be told any more. */
  | { type: 'Reset'; reason: ResetReason }
  /** Nothing happened: here it begins, or the cursor moves on, so that it does not become too old. */
  | { type: 'Bookmark' }
) & { at: FeedPosition };

/** An event with the cursor of its place, and the one object that all have who are told it. */
export type Cursored<Item> = Placed<Item> & { cursor: string; told: Placed<Item> };

/** No account has it: an anonymous reader's. */
const nobody = 0n;

/** An open stream. `Subject` is what a subgraph knows of it. */
export interface Member<Item, Subject> extends OutboxListener, Recipient<Placed<Item>> {
  readonly subject: Subject;
  readonly queue: Queue<Placed<Item>>;
}

export interface StreamRequest<Subject> {
  viewerId: bigint | null;
  /** Names what the stream is about, see `StreamPlace`. */
  name: string;
  topics: readonly string[];
  subject: Subject;
  after: string | null;
}

export interface OutboxStreams<Item, Subject> {
  /** Whether the stream was open before, by the cursor that it brings. */
  continues(request: Pick<StreamRequest<Subject>, 'viewerId' | 'name' | 'after'>): boolean;
  /** Up to here all open streams were told what happened; null while there is none. */
  position(): FeedPosition | null;
  /** @throws GraphQLError `RATE_LIMITED` when the viewer has as many streams as a person may */
  open(request: StreamRequest<Subject>): Pourable<Cursored<Item>>;
  stop(): Promise<void>;
}

/** Streams of what happens in a subgraph's own outbox, each of which continues behind any cursor that it gave. */
export function createOutboxStreams<Change, Item extends { type: string }, Subject>(options: {
  feed: Pick<Feed, 'read' | 'head'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  read: ReadChange<Change>;
  /** Pushes what a change is to each of them into its queue, now or later, but in order. */
  tell: (change: LoggedChange<Change>, members: readonly Member<Item, Subject>[]) => void;
  /** A stream begins at a place: at first, and when it continues. */
  onBegin?: (member: Member<Item, Subject>, at: FeedPosition) => void;
  /** It ends there: of each that had begun. */
  onEnd?: (member: Member<Item, Subject>) => void;
  /** Asked of what waited to be taken for longer than `liveFreshMs`: somebody may have blocked somebody meanwhile. */
  isStillTold?: (item: Placed<Item>, member: Member<Item, Subject>) => Promise<boolean>;
  limits: OutboxLogLimits & LiveStreamLimits;
  logger: Logger;
}): OutboxStreams<Item, Subject> {
  const { limits, logger } = options;
  type Mine = Member<Item, Subject> & {
    /** The newest place that it was told. */
    told: FeedPosition | null;
  };
  const cursors = createStreamCursors(options.keys);
  const openStreams = createOpenStreams(limits);
  const log = createOutboxLog<Change, Mine>({ ...options, limits, logger, onReset: resetAll });
  const bookmarks = setInterval(bookmark, limits.bookmarkMs).unref();

  function reset(member: Mine, reason: ResetReason, at: FeedPosition): void {
    countReset(reason);
    member.queue.push({ type: 'Reset', reason, at });
  }

  function resetAll(at: FeedPosition, members: readonly Mine[]): void {
    for (const member of members) {
      // Who has not begun yet finds out by the cursor.
      if (!member.told) continue;
      options.onEnd?.(member);
      member.told = at;
      reset(member, 'REBUILT', at);
      options.onBegin?.(member, at);
    }
  }

  function bookmark(): void {
    const at = log.position();
    if (!at) return;
    for (const member of log.listeners()) {
      // What is on its way has an earlier place: whoever continued at the bookmark would miss it.
      const isCurrent = member.told && !isBefore(member.told, at);
      if (member.told && !isCurrent && member.onTheirWay.length === 0 && member.queue.isEmpty())
        member.queue.push({ type: 'Bookmark', at });
    }
  }

  function startOf({
    after,
    name,
    viewerId,
  }: Pick<StreamRequest<Subject>, 'viewerId' | 'name' | 'after'>): FeedPosition | ResetReason | null {
    if (after === null) return null;
    const place = cursors.decode(after);
    if (!place) return 'INVALID';
    const isMine = place.viewerId === (viewerId ?? nobody) && place.subject === name;
    return isMine ? place.position : 'NOT_YOURS';
  }

  async function isStillTold(
    { item, queuedAtMs }: Queued<Placed<Item>>,
    member: Mine,
    isOpen: () => boolean,
  ): Promise<boolean> {
    const ask = options.isStillTold;
    if (!ask || performance.now() - queuedAtMs < limits.liveFreshMs) return true;
    return (await tryAgain(() => ask(item, member), isOpen, limits)) ?? false;
  }

  return {
    continues: (request) => {
      const start = startOf(request);
      return start !== null && typeof start !== 'string';
    },
    position: () => log.position(),
    open(request) {
      const { name, subject, topics } = request;
      const viewerId = request.viewerId ?? nobody;
      const leave = openStreams.enter(request.viewerId);
      const queue = createQueue<Placed<Item>>(limits.liveWaiting);
      const member: Mine = { viewerId, subject, topics, queue, onTheirWay: [], told: null };
      liveStreams.inc();
      const start = startOf(request);
      const refused = typeof start === 'string' ? start : null;
      log
        .join(member, typeof start === 'string' ? null : start, (joined) => {
          member.told = joined.at;
          const reason = refused ?? joined.reset;
          if (reason) reset(member, reason, joined.at);
          // No read gives a cursor to begin behind: whoever is cut before the first event would miss it.
          else if (start === null) member.queue.push({ type: 'Bookmark', at: joined.at });
          options.onBegin?.(member, joined.at);
        })
        .catch((error: Error) => queue.fail(error));
      let isOpen = true;
      const told = async (queued: Queued<Placed<Item>>): Promise<Cursored<Item> | null> => {
        const { item } = queued;
        if (!(await isStillTold(queued, member, () => isOpen))) return null;
        member.told = item.at;
        return {
          ...item,
          told: item,
          cursor: cursors.encode({ position: item.at, viewerId, subject: name }),
        };
      };
      return streamOf(queue, told, () => {
        isOpen = false;
        leave();
        liveStreams.dec();
        log.leave(member);
        if (member.told) options.onEnd?.(member);
      });
    },
    async stop() {
      clearInterval(bookmarks);
      await log.stop();
    },
  };
}
