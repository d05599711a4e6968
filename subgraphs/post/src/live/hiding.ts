import { eventPayloads, type ReadChange } from '@murmuration/events';
import { maySeePost, type PostAudience, type Relation, relationBits } from '@murmuration/relationships';
import { viewerOf } from './sights.ts';

/** What may take sight of an author's posts from somebody, and what the two were to each other until then. */
export interface Hiding {
  authorId: bigint;
  /** Null: from everybody. */
  viewerId: bigint | null;
  /** What they are to each other that they were not before. */
  lacked: Relation;
  /** What they were to each other before. */
  had: Relation;
}

/** One that was heard of. */
export interface HeardHiding extends Hiding {
  /** The number of its event, which has the time in it. */
  eventId: bigint;
}

const { authorPrivate, authorSuspended, blocksViewer, viewerBlocks, viewerFollows } = relationBits;

/** What of `user`'s outbox may take sight of somebody's posts away: from each other, or from everybody. */
export const readHiding: ReadChange<readonly Hiding[]> = ({ type, payload }) => {
  switch (type) {
    case 'block.changed': {
      const { active, ...ids } = eventPayloads['block.changed'].parse(payload);
      const [blockerId, blockedId] = [BigInt(ids.blockerId), BigInt(ids.blockedId)];
      return hiding(
        active && { authorId: blockerId, viewerId: blockedId, lacked: blocksViewer, had: 0 },
        active && { authorId: blockedId, viewerId: blockerId, lacked: viewerBlocks, had: 0 },
      );
    }
    case 'follow.changed': {
      const { followeeId, followerId, state, wasActive } = eventPayloads['follow.changed'].parse(payload);
      const [authorId, viewerId] = [BigInt(followeeId), BigInt(followerId)];
      // A request that ended has hidden nothing.
      const isHiding = state === 'removed' && wasActive !== false;
      return hiding(isHiding && { authorId, viewerId, lacked: 0, had: wasActive ? viewerFollows : 0 });
    }
    case 'account.changed': {
      const account = eventPayloads['account.changed'].parse(payload);
      const { isPrivate, isSuspended, wasPrivate, wasSuspended } = account;
      const becamePrivate = isPrivate && wasPrivate === false ? authorPrivate : 0;
      const becameSuspended = isSuspended && wasSuspended === false ? authorSuspended : 0;
      const lacked = becamePrivate | becameSuspended;
      const isHiding = (isPrivate || isSuspended) && (lacked !== 0 || wasPrivate === undefined);
      return hiding(isHiding && { authorId: BigInt(account.userId), viewerId: null, lacked, had: 0 });
    }
    default:
      return null;
  }
};

function hiding(...found: (Hiding | false)[]): ReturnType<typeof readHiding> {
  const change = found.filter((each) => each !== false);
  return change.length > 0 ? { topics: [], change } : null;
}

/** What hid an author's posts from each viewer, the newest first: looked up for each post and viewer, and sorted out once. */
export function hidingsByViewer(
  hidings: readonly HeardHiding[],
): (viewerId: bigint) => readonly HeardHiding[] {
  const newestFirst = hidings.toReversed();
  const fromAll = newestFirst.filter(({ viewerId }) => viewerId === null);
  const own = Map.groupBy(newestFirst, ({ viewerId }) => viewerId);
  return (viewer) => {
    const mine = own.get(viewer);
    if (!mine || fromAll.length === 0) return mine ?? fromAll;
    return newestFirst.filter(({ viewerId }) => viewerId === null || viewerId === viewer);
  };
}

/**
 * Whether a post that a viewer may not see was there for them before: as they were to its author until what hid it, undone
 * one by one. What was said after that was never there for them; of whom it is not known what they were
 * nothing is named. It compares times of two databases, as far as their clocks agree.
 */
export function wasShown(
  post: PostAudience & { id: bigint },
  viewerId: bigint,
  relation: Relation,
  /** Of this viewer, the newest first. */
  hidings: readonly HeardHiding[],
): boolean {
  let before = relation;
  return hidings.some((each) => {
    before = (before & ~each.lacked) | each.had;
    return post.id < each.eventId && maySeePost(viewerOf(viewerId), before, post);
  });
}
