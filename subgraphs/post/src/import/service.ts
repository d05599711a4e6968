import type { PostDatabase } from '@murmuration/prisma/post';
import type { HandleResolver } from '../posts/mentions.ts';
import type { ImportedPost, ImportedReaction } from './imported.ts';
import { prepare } from './prepare.ts';
import { insertPosts, insertReactions } from './repository.ts';

/** Rows of one statement at most; the feed's horizon is held only as long as a batch takes. */
export const importBatchSize = 2_000;

/**
 * Brings in many posts and reactions at once, through the same rules and with the events and counters that
 * one by one would have made. What it trusts its caller with is what relations would decide: that an author
 * may see what they answer.
 */
export interface ImportService {
  /**
   * @param people ids by lower-case handle, for mentions; left out, `user` is asked
   * @throws naming the post that breaks a rule: its batch then changed nothing, earlier ones stay
   */
  importPosts(posts: readonly ImportedPost[], people?: ReadonlyMap<string, bigint>): Promise<void>;
  /** Likes of posts that stand; one that exists already stays as it is. @returns how many were new */
  importLikes(likes: readonly ImportedReaction[]): Promise<number>;
  /** Reposts of public posts that stand, likewise. */
  importReposts(reposts: readonly ImportedReaction[]): Promise<number>;
}

export function createImportService(database: PostDatabase, resolveHandles: HandleResolver): ImportService {
  async function importReactions(kind: 'like' | 'repost', reactions: readonly ImportedReaction[]) {
    let made = 0;
    for (const batch of batchesOf(reactions)) made += await insertReactions(database, kind, batch);
    return made;
  }

  return {
    async importPosts(posts, people) {
      const peopleFor = async (handles: string[]) => people ?? resolveHandles(handles);
      for (const batch of batchesOf(posts)) {
        await insertPosts(database, await prepare(database, batch, peopleFor));
      }
    },
    importLikes: (likes) => importReactions('like', likes),
    importReposts: (reposts) => importReactions('repost', reposts),
  };
}

function batchesOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / importBatchSize);
  return Array.from({ length: count }, (_value, index) =>
    items.slice(index * importBatchSize, (index + 1) * importBatchSize),
  );
}
