import { createHash } from 'node:crypto';
import { decodeInputId, badUserInput } from '@murmuration/ids';
import type { Pourable } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import type { OutboxStreams } from '@murmuration/events';
import { hashtag } from '../hashtags/hashtag.ts';
import { postTopic, publicTopic, tagTopic, threadTopic } from './change.ts';
import type { PostLiveLimits } from './limits.ts';
import type { PostRow } from '../posts/post.ts';
import type { LiveEvent, LiveItem, ShownPost, Subject } from './live-event.ts';

type Stream = Pourable<LiveEvent>;

export type LiveService = ReturnType<typeof createLiveService>;

export function createLiveService({
  limits,
  streams,
}: {
  streams: Pick<OutboxStreams<LiveItem, Subject>, 'open' | 'continues'>;
  limits: Pick<PostLiveLimits, 'watchedPosts'>;
}) {
  return {
    /**
     * What happens to posts on a screen. Those that do not exist for the viewer are told as deleted at once.
     * @throws GraphQLError `BAD_USER_INPUT` for ids that are none, or too many; `RATE_LIMITED`
     */
    async posts(
      { loaders, viewerId }: Asker,
      wireIds: readonly string[],
      after: string | null,
    ): Promise<Stream> {
      const { watchedPosts } = limits;
      if (wireIds.length > watchedPosts)
        throw badUserInput('ids', `At most ${watchedPosts} posts can be watched by one subscription.`);
      const ids = [...new Set(wireIds.map((wireId, index) => decodeInputId('Post', ['ids', index], wireId)))];
      const posts = await Promise.all(ids.map((id) => loaders.visibleById(id)));
      const shown = posts.flatMap((post) => (post ? [shownPost(post)] : []));
      const gone = ids.filter((_id, index) => posts[index] === null);
      return streams.open({
        viewerId,
        name: 'posts',
        topics: shown.map(({ id }) => postTopic(id)),
        subject: { kind: 'posts', shown, gone },
        after,
      });
    },

    /**
     * What happens in the conversation that a post is part of.
     * @throws GraphQLError `BAD_USER_INPUT` when the post does not exist for the viewer; `RATE_LIMITED`
     */
    async thread({ loaders, viewerId }: Asker, wireId: string, after: string | null): Promise<Stream> {
      const id = decodeInputId('Post', 'postId', wireId);
      const post = await loaders.rows.load(id);
      const name = `thread-${post?.rootId ?? id}`;
      // Whoever was in the conversation before goes on when the post has gone meanwhile.
      const isShown =
        post !== null && (streams.continues({ viewerId, name, after }) || (await loaders.visible(post)));
      if (!isShown) throw badUserInput('postId', '`postId` is not the id of a post that exists for you.');
      return streams.open({
        viewerId,
        name,
        topics: [threadTopic(post.rootId)],
        subject: {
          kind: 'thread',
          rootId: post.rootId,
          shown: [post, ...(await rootOf(post, loaders))].map(shownPost),
        },
        after,
      });
    },

    /**
     * What is said under a hashtag.
     * @throws GraphQLError `BAD_USER_INPUT` for what can never be a hashtag; `RATE_LIMITED`
     */
    hashtag({ viewerId }: Asker, given: string, after: string | null): Stream {
      const { tag } = hashtag(given);
      // A name of letters and digits, however the tag is written.
      const name = `tag-${createHash('sha256').update(tag).digest('base64url')}`;
      return streams.open({
        viewerId,
        name,
        topics: [tagTopic(tag)],
        subject: { kind: 'public' },
        after,
      });
    },

    /**
     * What anybody says publicly, and in answer to nobody.
     * @throws GraphQLError `RATE_LIMITED`
     */
    publicTimeline({ viewerId }: Asker, after: string | null): Stream {
      return streams.open({
        viewerId,
        name: 'public',
        topics: [publicTopic],
        subject: { kind: 'public' },
        after,
      });
    },
  };
}

/** What the conversation of an answer began with, if it is there for the viewer. Nothing depends on it: without `user` it is not. */
async function rootOf({ id, rootId }: PostRow, loaders: Asker['loaders']): Promise<PostRow[]> {
  if (rootId === id) return [];
  const root = await loaders.visibleById(rootId).catch(() => null);
  return root ? [root] : [];
}

function shownPost({ authorId, id }: PostRow): ShownPost {
  return { id, authorId };
}
