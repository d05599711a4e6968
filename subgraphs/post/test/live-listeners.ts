import { expect } from 'vitest';
import type { Name, World } from './world.ts';

export interface LiveEvent {
  __typename: string;
  cursor: string;
  reason?: string;
  postId?: string;
  reply?: { id: string; text: string; likeCount: number; viewerHasLiked: boolean } | null;
  post?: { id: string; text: string; likeCount: number; replyCount: number; viewerHasLiked: boolean } | null;
}

export const liveEvents = `__typename cursor
  ... on ReplyAdded { reply { id text likeCount viewerHasLiked } }
  ... on PublicPostAdded { post { id text } }
  ... on CountsChanged { post { id likeCount replyCount viewerHasLiked } }
  ... on PostDeleted { postId } ... on Reset { reason }`;
const thread = `subscription ($id: ID!, $after: String) { threadUpdates(postId: $id, after: $after) { ${liveEvents} } }`;
const posts = `subscription ($ids: [ID!]!, $after: String) { postUpdates(ids: $ids, after: $after) { ${liveEvents} } }`;

export const liveLimits = {
  replayEvents: 20,
  streamsPerPerson: 4,
  countsEveryMs: 500,
  bookmarkMs: 300,
  lingerMs: 50,
  hiddenSoonMs: 20,
  hiddenSurelyMs: 200,
  hiddenPairs: 50,
} as const;

const isNews = ({ __typename }: LiveEvent) => __typename !== 'Bookmark';

/** How people of a world, which is there when they do it, listen to conversations and posts. */
export function listenersOf(world: () => World) {
  const answer = (name: Name, to: string, text = 'answer') => world().say(name, { text, replyToId: to });
  const watch = async (name: Name | null, query: string, variables: Record<string, unknown>) => {
    const stream = await world().listen<LiveEvent>(name, query, variables);
    return { ...stream, told: () => stream.events.filter(isNews) };
  };
  const watchThread = (name: Name | null, id: string, after: string | null = null) =>
    watch(name, thread, { id, after });
  const watchPosts = (name: Name | null, ids: string[], after: string | null = null) =>
    watch(name, posts, { ids, after });

  /** A stream without a cursor begins at the head that it finds: answers until one is told, and until all of those are. */
  async function hasBegun(root: string, stream: { told(): LiveEvent[] }): Promise<void> {
    let last = await answer('dave', root, 'begin');
    await expect
      .poll(async () => {
        if (stream.told().length === 0) last = await answer('dave', root, 'begin');
        return stream.told().length;
      })
      .toBeGreaterThan(0);
    await expect.poll(() => stream.told().at(-1)?.reply?.id).toBe(last);
  }

  return { answer, hasBegun, watchPosts, watchThread };
}
