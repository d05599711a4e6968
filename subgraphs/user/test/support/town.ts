/** What the relations of a few people should be, kept as simply as it can be said. */
export const mutations = [
  'followUser',
  'unfollowUser',
  'acceptFollowRequest',
  'declineFollowRequest',
  'removeFollower',
  'blockUser',
  'unblockUser',
  'muteUser',
  'unmuteUser',
] as const;
export type Mutation = (typeof mutations)[number];

interface Tie {
  follow: 'active' | 'requested' | 'none';
  blocks: boolean;
  mutes: boolean;
}

export interface Town {
  isPrivate: boolean[];
  /** What one person is to another. */
  tie(from: number, to: number): Tie;
  /** Applies a mutation; answers the names of its errors. */
  apply(mutation: Mutation, viewer: number, target: number): string[];
  followerCount(person: number): number;
}

export function createTown(size: number): Town {
  const isPrivate = Array.from({ length: size }, () => false);
  const ties = new Map<string, Tie>();

  function tie(from: number, to: number): Tie {
    const key = `${from} ${to}`;
    const known = ties.get(key) ?? { follow: 'none', blocks: false, mutes: false };
    ties.set(key, known);
    return known;
  }

  function apply(mutation: Mutation, viewer: number, target: number): string[] {
    const mine = tie(viewer, target);
    const theirs = tie(target, viewer);
    const isHidden = theirs.blocks;
    if (isHidden && !['blockUser', 'unblockUser', 'muteUser', 'unmuteUser'].includes(mutation))
      return ['NotFound'];
    switch (mutation) {
      case 'followUser':
        if (mine.blocks) return ['Blocked'];
        if (mine.follow !== 'active') mine.follow = isPrivate[target] ? 'requested' : 'active';
        return [];
      case 'unfollowUser':
        mine.follow = 'none';
        return [];
      case 'acceptFollowRequest':
        if (theirs.follow === 'none') return ['Conflict'];
        theirs.follow = 'active';
        return [];
      case 'declineFollowRequest':
        if (theirs.follow === 'requested') theirs.follow = 'none';
        return [];
      case 'removeFollower':
        if (theirs.follow === 'active') theirs.follow = 'none';
        return [];
      case 'blockUser':
        mine.blocks = true;
        mine.follow = 'none';
        theirs.follow = 'none';
        return [];
      case 'unblockUser':
        mine.blocks = false;
        return [];
      case 'muteUser':
        mine.mutes = true;
        return [];
      case 'unmuteUser':
        mine.mutes = false;
        return [];
      default:
        return mutation satisfies never;
    }
  }

  return {
    isPrivate,
    tie,
    apply,
    followerCount: (person) =>
      isPrivate.filter((_, other) => other !== person && tie(other, person).follow === 'active').length,
  };
}
