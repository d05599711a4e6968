import {
  createFollower,
  eventPayloads,
  type Feed,
  type Follower,
  type ReadChange,
} from '@murmuration/events';
import type { Logger } from '@murmuration/service-kit';
import type { Watcher } from './live-event.ts';
import type { PostLiveLimits } from './limits.ts';

/** What of `user`'s outbox may take sight of somebody's posts away: from each other, or from everybody. */
type Hiding = { kind: 'between'; people: readonly [bigint, bigint] } | { kind: 'account'; personId: bigint };

export const readHiding: ReadChange<Hiding> = ({ type, payload }) => {
  switch (type) {
    case 'block.changed': {
      const { active, blockedId, blockerId } = eventPayloads['block.changed'].parse(payload);
      return active ? between(blockerId, blockedId) : null;
    }
    case 'follow.changed': {
      const { followeeId, followerId, state } = eventPayloads['follow.changed'].parse(payload);
      return state === 'removed' ? between(followerId, followeeId) : null;
    }
    case 'account.changed': {
      const { isPrivate, isSuspended, userId } = eventPayloads['account.changed'].parse(payload);
      const isHidden = isPrivate || isSuspended;
      return isHidden ? { topics: [], change: { kind: 'account', personId: BigInt(userId) } } : null;
    }
    default:
      return null;
  }
};

function between(one: string, other: string): ReturnType<typeof readHiding> {
  return { topics: [], change: { kind: 'between', people: [BigInt(one), BigInt(other)] } };
}

/** Which viewers were told already that a post is gone, as {@link goneKey} names them. */
export type ToldGone = Set<string>;

export function goneKey(postId: bigint, viewerId: bigint): string {
  return `${postId} ${viewerId}`;
}

/** Hears, while streams are open, of what may hide somebody's posts from their viewers. */
export interface HidingWatch {
  begin(member: Watcher): void;
  end(member: Watcher): void;
  stop(): Promise<void>;
}

/**
 * Follows the feed of `user` while somebody watches posts. What hides a post is no event of this subgraph, and who may see
 * it is asked as ever: soon, and once more when no relation that was read before is believed any more.
 * @param onHiding told whose posts may be hidden now, and from whose streams
 */
export function createHidingWatch(options: {
  feed: Pick<Feed, 'read' | 'head'>;
  onHiding: (authorId: bigint, members: readonly Watcher[], told: ToldGone) => void;
  limits: PostLiveLimits;
  logger: Logger;
}): HidingWatch {
  const { limits, onHiding } = options;
  const byViewer = new Map<bigint, Set<Watcher>>();
  let gathered = new Map<bigint, Set<Watcher>>();
  const timers = new Set<NodeJS.Timeout>();
  let follower: Follower<Hiding> | undefined;
  let lingering: NodeJS.Timeout | undefined;

  function gather(authorId: bigint, members: Iterable<Watcher>): void {
    const found = gathered.get(authorId) ?? new Set();
    for (const member of members) found.add(member);
    if (found.size === 0) return;
    gathered.set(authorId, found);
    if (gathered.size === 1) later(limits.hiddenSoonMs, look);
  }

  function look(): void {
    const hidden = gathered;
    gathered = new Map();
    const told: ToldGone = new Set();
    const tell = () => {
      for (const [authorId, members] of hidden) onHiding(authorId, [...members].filter(isOpen), told);
    };
    tell();
    later(limits.hiddenSurelyMs, tell);
  }

  function later(waitMs: number, task: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, waitMs).unref();
    timers.add(timer);
  }

  function isOpen(member: Watcher): boolean {
    return byViewer.get(member.viewerId)?.has(member) ?? false;
  }

  function hear(hiding: Hiding): void {
    if (hiding.kind === 'account') {
      for (const members of byViewer.values()) gather(hiding.personId, members);
      return;
    }
    const [one, other] = hiding.people;
    gather(one, byViewer.get(other) ?? []);
    gather(other, byViewer.get(one) ?? []);
  }

  async function stop(): Promise<void> {
    clearTimeout(lingering);
    const ending = follower;
    follower = undefined;
    await ending?.stop();
  }

  return {
    begin(member) {
      clearTimeout(lingering);
      byViewer.set(member.viewerId, (byViewer.get(member.viewerId) ?? new Set()).add(member));
      follower ??= createFollower<Hiding>({
        ...options,
        // Nobody is told what they missed: it is looked at anew where a stream begins.
        limits: { ...limits, windowChanges: 1, retryMs: limits.hiddenRetryMs },
        read: readHiding,
        onChange: ({ change }) => hear(change),
        onReset: () => undefined,
      });
    },
    end(member) {
      const members = byViewer.get(member.viewerId);
      members?.delete(member);
      if (members?.size === 0) byViewer.delete(member.viewerId);
      if (byViewer.size > 0) return;
      clearTimeout(lingering);
      lingering = setTimeout(() => void stop(), limits.lingerMs).unref();
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await stop();
    },
  };
}
