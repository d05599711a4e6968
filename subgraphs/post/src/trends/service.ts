import {
  byPlace,
  type Connection,
  connectionFrom,
  cursorCodec,
  type Edge,
  type Page,
  type PageArguments,
  pageFrom,
  type Place,
  type SealedCursorCodec,
} from '@murmuration/ids';
import { maySuggest } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import type { HashtagKey } from '../hashtags/hashtag.ts';
import type { PostConnection } from '../posts/connection.ts';
import type { TrendingPost, TrendingTag } from './rank.ts';
import type { TrendKeeper } from './trends.ts';

const tagCursors = cursorCodec('trending-tag', 1, byPlace);

export interface TrendingHashtagEdge extends Edge<HashtagKey> {
  authorCount: number;
}
export type TrendingHashtagConnection = Connection<HashtagKey, TrendingHashtagEdge>;

export type TrendService = ReturnType<typeof createTrendService>;

export function createTrendService(options: {
  keeper: Pick<TrendKeeper, 'read'>;
  /** Folded hashtags that are never trends. */
  blockedTags: ReadonlySet<string>;
  /** For posts in the order of their score. */
  cursors: SealedCursorCodec<Place>;
}) {
  const { blockedTags, cursors, keeper } = options;
  return {
    /** Hashtags that many people use of late: the same for everybody, for only what everybody may see is counted. */
    async hashtags(args: PageArguments): Promise<TrendingHashtagConnection> {
      const page = pageFrom(args, tagCursors);
      const tags = (await keeper.read()).tags.filter(({ tag }) => !blockedTags.has(tag));
      const rows = part(tags, { ...page, limit: page.limit + 1 });
      const { edges, pageInfo } = connectionFrom(rows, page, tagCursors, (one: TrendingTag) => ({
        key: one.place,
        node: one,
      }));
      return {
        edges: edges.flatMap(({ cursor, node }) =>
          node ? [{ cursor, node: { tag: node.tag }, authorCount: node.authorCount }] : [],
        ),
        pageInfo,
      };
    },

    /**
     * Public posts that many people like and repost of late, as far as they exist for the viewer now. Nobody asked for these
     * authors by name, so the muted stay out.
     */
    async posts({ loaders }: Asker, args: PageArguments): Promise<PostConnection> {
      const { posts } = await keeper.read();
      const read = async (page: Page<Place>) =>
        part(posts, page).map((post: TrendingPost) => ({ ...post, key: post.place }));
      const decide = async ({ authorId, key }: TrendingPost & { key: Place }) =>
        maySuggest(await loaders.relation(authorId)) ? loaders.visibleById(key.id) : null;
      const { edges, pageInfo } = await visiblePage(cursors, pageFrom(args, cursors), read, decide);
      return { edges: edges.map(({ cursor, node }) => ({ cursor, node })), pageInfo };
    },
  };
}

/** The part of a list that a page is, in the order of reading. */
function part<One extends { place: Place }>(
  list: readonly One[],
  { after, before, direction, limit }: Page<Place>,
): One[] {
  const between = list.filter(
    ({ place }) => (after === null || isBelow(place, after)) && (before === null || isBelow(before, place)),
  );
  return (direction === 'forward' ? between : between.toReversed()).slice(0, limit);
}

function isBelow(a: Place, b: Place): boolean {
  return a.key === b.key ? a.id < b.id : a.key < b.key;
}
