import { createMembersIndex, type ResetReason } from '@murmuration/service-kit/subgraph';
import type { FeedPosition } from '../feed/cursor.ts';
import { createFollower, type Follower, type FollowerOptions } from './follower.ts';
import type { LoggedChange } from './window.ts';

export interface OutboxListener {
  readonly topics: readonly string[];
}

/** Where a listener begins, and why it cannot where it wanted to. */
export interface Joined {
  at: FeedPosition;
  reset: ResetReason | null;
}

export interface OutboxLog<Listener extends OutboxListener> {
  /**
   * From here on the listener is told every change of its topics, in order, each once: first those after `after`, in the
   * same tick in which it begins to be told new ones. `begin` is called before the first of them.
   */
  join(listener: Listener, after: FeedPosition | null, begin: (joined: Joined) => void): Promise<void>;
  leave(listener: Listener): void;
  /** Up to here every listener was told everything; null while there is none. */
  position(): FeedPosition | null;
  listeners(): Iterable<Listener>;
  stop(): Promise<void>;
}

/**
 * One reader of the outbox for all streams of a process: it follows the feed in its order, `(xid, id)`, and routes in
 * memory, by topic. Without listeners it reads nothing.
 */
export function createOutboxLog<Change, Listener extends OutboxListener>(
  options: Omit<FollowerOptions<Change>, 'onChange' | 'onBegin'> & {
    tell: (change: LoggedChange<Change>, listeners: readonly Listener[]) => void;
    /** The log became another one, which begins here: what was told before cannot be continued. */
    onReset: (at: FeedPosition, listeners: readonly Listener[]) => void;
  },
): OutboxLog<Listener> {
  const { limits, onReset, tell } = options;
  const listeners = new Set<Listener>();
  const byTopic = createMembersIndex<string, Listener>();
  let follower: Follower<Change> | undefined;
  let lingering: NodeJS.Timeout | undefined;

  function route(change: LoggedChange<Change>): void {
    const found = new Set(change.topics.flatMap((topic) => [...byTopic.of(topic)]));
    if (found.size > 0) tell(change, [...found]);
  }

  function follow(): Follower<Change> {
    clearTimeout(lingering);
    follower ??= createFollower({
      ...options,
      onChange: route,
      onBegin(at, isAnew) {
        if (isAnew) onReset(at, [...listeners]);
      },
    });
    return follower;
  }

  function leave(listener: Listener): void {
    if (!listeners.delete(listener)) return;
    for (const topic of listener.topics) byTopic.remove(topic, listener);
    if (listeners.size > 0) return;
    lingering = setTimeout(() => void stop(), limits.lingerMs).unref();
  }

  async function stop(): Promise<void> {
    clearTimeout(lingering);
    const ending = follower;
    follower = undefined;
    await ending?.stop();
  }

  return {
    async join(listener, after, begin) {
      listeners.add(listener);
      const following = follow();
      try {
        let reset = after && (await following.reach(after, listener.topics));
        const { position, window } = await following.ready();
        // From here on in one tick: what is not replayed is routed, and never both.
        if (!listeners.has(listener)) return;
        if (after && after.incarnation !== position.incarnation) reset = 'REBUILT';
        const at = after && !reset ? after : position;
        begin({ at, reset });
        for (const change of window.after(at, listener.topics)) tell(change, [listener]);
        for (const topic of listener.topics) byTopic.add(topic, listener);
      } catch (error) {
        leave(listener);
        throw error;
      }
    },
    leave,
    position: () => follower?.position() ?? null,
    listeners: () => listeners,
    stop,
  };
}
