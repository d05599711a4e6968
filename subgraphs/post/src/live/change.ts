import { type EventPayload, eventPayloads, type ReadChange } from '@murmuration/events';
import type { PostAudience } from '@murmuration/relationships';
import { findTags } from '../hashtags/tag.ts';

/** What an event of the outbox is to those who look at posts. */
export interface Change {
  /** Posts whose counts it changed. */
  counted: readonly bigint[];
  /** What was said, or taken back. */
  said: Said | null;
}

export interface Said extends PostAudience {
  postId: bigint;
  authorId: bigint;
  isReply: boolean;
  isDeleted: boolean;
  /** Whether it has a poll. */
  isAsking: boolean;
}

export const threadTopic = (rootId: bigint) => `thread:${rootId}`;
export const postTopic = (postId: bigint) => `post:${postId}`;
/** What anybody says publicly, and in answer to nobody. */
export const publicTopic = 'public';
export const tagTopic = (tag: string) => `tag:${tag}`;

/** Makes of an event of this subgraph's outbox what streams need of it; never a text. */
export const readChange: ReadChange<Change> = ({ type, payload }) => {
  switch (type) {
    case 'post.changed':
      return saidBy(eventPayloads['post.changed'].parse(payload));
    case 'like.changed':
      return counting(eventPayloads['like.changed'].parse(payload).postId);
    case 'repost.changed':
      return counting(eventPayloads['repost.changed'].parse(payload).originalId);
    case 'vote.changed':
      return counting(eventPayloads['vote.changed'].parse(payload).postId);
    // Everybody may know the counts from then on.
    case 'poll.ended':
      return counting(eventPayloads['poll.ended'].parse(payload).postId);
    default:
      return null;
  }
};

function counting(id: string): ReturnType<typeof readChange> {
  return { topics: [postTopic(BigInt(id))], change: { counted: [BigInt(id)], said: null } };
}

function saidBy(post: EventPayload<'post.changed'>): ReturnType<typeof readChange> {
  const postId = BigInt(post.postId);
  const counted = [post.replyToId, post.quotedId].flatMap((id) => (id === null ? [] : [BigInt(id)]));
  return {
    topics: [
      threadTopic(BigInt(post.rootId)),
      ...[postId, ...counted].map(postTopic),
      ...publicTopicsOf(post),
    ],
    change: {
      counted,
      said: {
        postId,
        authorId: BigInt(post.authorId),
        isReply: post.replyToId !== null,
        isDeleted: post.isDeleted,
        isAsking: (post.pollOptions ?? []).length > 0,
        visibility: post.visibility,
        mentionedIds: post.mentionedIds.map(BigInt),
      },
    },
  };
}

function publicTopicsOf({ isDeleted, replyToId, text, visibility }: EventPayload<'post.changed'>): string[] {
  if (isDeleted || visibility !== 'public') return [];
  const tags = new Set(findTags(text).map(({ tag }) => tagTopic(tag)));
  return replyToId === null ? [publicTopic, ...tags] : [...tags];
}
