import { decodeId, type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import { maySeeProfile } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import type { PostConnection } from '../posts/connection.ts';
import { type AuthorKey, authorKey } from './author.ts';
import type { AuthoredPost } from './repository.ts';
import { publicOnly, ruleBits, ruleOf } from './rule.ts';

export type AuthorService = ReturnType<typeof createAuthorService>;

/** @param options `cursors` are those of lists in the order of ids of posts, those of reposts among them */
export function createAuthorService({ cursors }: { cursors: SealedCursorCodec }) {
  /** The author, if they exist for the viewer. */
  async function visible({ loaders }: Asker, authorId: bigint): Promise<AuthorKey | null> {
    return maySeeProfile(await loaders.relation(authorId)) ? authorKey(authorId) : null;
  }

  return {
    visible,

    /** Like `visible`, for a wire id of whatever another subgraph names. */
    async find(asker: Asker, wireId: string): Promise<AuthorKey | null> {
      const authorId = decodeId('User', wireId);
      return authorId === null ? null : visible(asker, authorId);
    },

    /** How many posts the person has written that still stand, whoever may see them; reposts are not counted. */
    async countPosts({ loaders }: Asker, { authorId }: AuthorKey): Promise<number> {
      const row = await loaders.authorCounts.load(authorId);
      return Number(row?.postCount ?? 0n);
    },

    /**
     * The person's posts that the viewer may see, newest first; with what they reposted, each at the time of its repost,
     * and of that only what the viewer may see of its author.
     */
    async page(
      { loaders, viewerId }: Asker,
      { authorId }: AuthorKey,
      args: PageArguments & { replies: boolean; reposts: boolean },
    ): Promise<PostConnection> {
      const page = pageFrom(args, cursors);
      const rule = await loaders.relation(authorId).then(
        (relation) => ruleOf(viewerId, relation),
        () => publicOnly,
      );
      const wanted = (args.replies ? ruleBits.replies : 0) | (args.reposts ? ruleBits.reposts : 0);
      const read = (rest: typeof page) =>
        loaders.authorPages.load({ owner: authorId, page: rest, rule: rule | wanted });
      // Whether a repost may be told of is for its author's relation to say, which nobody may know just now.
      const decide = async (row: AuthoredPost) => {
        if (row.repostId !== null) await loaders.relation(authorId);
        return loaders.visible(row);
      };
      return visiblePage(cursors, page, read, decide);
    },
  };
}
