import {
  type Connection,
  type Edge,
  type Page,
  type PageArguments,
  pageFrom,
  type SealedCursorCodec,
} from '@murmuration/ids';
import { maySeePost } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import { type AuthorKey, authorKey } from '../authors/author.ts';
import type { Asker } from '../loaders.ts';
import type { PostRow } from '../posts/post.ts';
import type { Reaction } from './lists.ts';
import type { ReactionKind } from './repository.ts';

/** Those who did something with a post, a page at a time. */
export type ReactionConnection = Connection<AuthorKey | Error>;
export type ReactionEdge = Edge<AuthorKey | Error>;

/**
 * Who likes or reposted a post, the latest first. What somebody does in public is seen by whom their public posts are:
 * not across a block, and of a private account by its followers only.
 */
export async function peopleWho(
  { loaders, viewerId }: Asker,
  kind: ReactionKind,
  post: PostRow,
  args: PageArguments,
  cursors: SealedCursorCodec,
): Promise<ReactionConnection> {
  const read = (page: Page) => loaders.reactionPages[kind].load({ owner: post.id, page, rule: 0 });
  const decide = async ({ personId }: Reaction) => {
    const relation = await loaders.relation(personId);
    return maySeePost(viewerId, relation, { visibility: 'public', mentionedIds: [] })
      ? authorKey(personId)
      : null;
  };
  return visiblePage(cursors, pageFrom(args, cursors), read, decide);
}
