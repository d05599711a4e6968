import type { PostDatabase } from '@murmuration/prisma/post';
import type { HandleResolver } from '../posts/mentions.ts';
import type { Visibility } from '../posts/post.ts';
import { prepare } from './prepare.ts';
import { type ImportedReaction, insertPosts, insertReactions } from './repository.ts';

/** Rows of one statement at most; the feed's horizon is held only as long as a batch takes. */
export const importBatchSize = 2_000;

/** A post as it comes from elsewhere, with an id made in code: `idAt(ms) + n`, at most 1,024 a millisecond. */
export interface ImportedPost {
  id: bigint;
  authorId: bigint;
  text: string;
  /** A post that was imported earlier, or stands earlier in the list. */
  replyToId?: bigint | null;
  quotedId?: bigint | null;
  /** Left out: as a client's post. */
  visibility?: Visibility;
}

export type { ImportedReaction } from './repository.ts';

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
