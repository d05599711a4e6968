import type { StateChange } from '@murmuration/events';
import { timeOf } from '@murmuration/ids';
import { allSaidIn } from '@murmuration/relationships';
import type { NotificationKind } from '../notifications/kinds.ts';
import { wordsOf } from '../words/words.ts';

/** What one act is known by, beside the two people: an aggregate of another subgraph, or a part of one. */
export type Cause = 'follow' | 'accept' | 'like' | 'repost' | 'post' | 'poll';

/** What somebody did that concerns somebody else, as an event states it. */
export interface Act {
  recipientId: string;
  cause: Cause;
  /** The post; `'0'` where it is about people alone. */
  objectId: string;
  actorId: string;
  kind: NotificationKind;
  active: boolean;
  /** Of what was said: whom it is for. */
  visibility: string | null;
  isMentioned: boolean;
  words: readonly string[];
  /** Of what was said: the first post of its conversation. */
  rootId: string | null;
  version: bigint;
  /** When it became so, in milliseconds since 1970; null when its owner does not say. */
  atMs: number | null;
}

/** What of a change a notification is made of; the rest of the two feeds is nobody's news. */
export type NewsChange = Pick<StateChange, 'type' | 'payload' | 'version'>;

type Payload<T extends StateChange['type']> = Extract<StateChange, { type: T }>['payload'];

/** The acts that a change states. Nobody is told of what they did themselves, but of the end of their own poll. */
export function actsOf({ type, payload, version }: NewsChange): Act[] {
  switch (type) {
    case 'follow.changed':
      return followActs(payload as Payload<'follow.changed'>, version);
    case 'like.changed': {
      const { active, likeId, postAuthorId, postId, userId } = payload as Payload<'like.changed'>;
      return reaction({ kind: 'like', actorId: userId, of: postAuthorId, postId, active, version }, likeId);
    }
    case 'repost.changed': {
      const { active, authorId, originalAuthorId, originalId, repostId } =
        payload as Payload<'repost.changed'>;
      const of = { kind: 'repost', actorId: authorId, of: originalAuthorId, postId: originalId } as const;
      return reaction({ ...of, active, version }, repostId);
    }
    case 'post.changed':
      return postActs(payload as Payload<'post.changed'>, version);
    case 'poll.ended':
      return [endedPoll(payload as Payload<'poll.ended'>, version)];
    default:
      return [];
  }
}

/** Of what is done without words. */
const notSaid = { visibility: null, isMentioned: false, words: [], rootId: null } as const;

function reaction(
  {
    kind,
    actorId,
    of,
    postId,
    active,
    version,
  }: {
    kind: 'like' | 'repost';
    actorId: string;
    of: string;
    postId: string;
    active: boolean;
    version: bigint;
  },
  id: string | undefined,
): Act[] {
  if (actorId === of) return [];
  const about = { recipientId: of, cause: kind, objectId: postId, actorId, kind };
  return [{ ...about, active, ...notSaid, version, atMs: msOf(id) }];
}

/** Whether an active follow was asked for first, only what is held can tell: see `follows.ts`. */
function followActs(
  { followId, followeeId, followerId, state }: Payload<'follow.changed'>,
  version: bigint,
): Act[] {
  const between = { recipientId: followeeId, cause: 'follow' as const, objectId: '0', actorId: followerId };
  const kind = state === 'requested' ? ('request' as const) : ('follow' as const);
  const rest = { ...notSaid, version, atMs: msOf(followId) };
  return [{ ...between, kind, active: state !== 'removed', ...rest }];
}

/** One for each person whom a post concerns, by the nearest reason. Of a deleted post the projection of posts knows. */
function postActs(post: Payload<'post.changed'>, version: bigint): Act[] {
  if (post.isDeleted) return [];
  const kinds = new Map<string, NotificationKind>(post.mentionedIds.map((id) => [id, 'mention']));
  if (post.quotedAuthorId !== null) kinds.set(post.quotedAuthorId, 'quote');
  if (post.replyToAuthorId !== null) kinds.set(post.replyToAuthorId, 'reply');
  kinds.delete(post.authorId);
  const words = kinds.size > 0 ? wordsOf(allSaidIn(post)) : [];
  return [...kinds].map(([recipientId, kind]) => ({
    recipientId,
    cause: 'post',
    objectId: post.postId,
    actorId: post.authorId,
    kind,
    active: true,
    visibility: post.visibility,
    isMentioned: post.mentionedIds.includes(recipientId),
    words,
    rootId: post.rootId,
    version,
    atMs: msOf(post.postId),
  }));
}

/** By its author, whoever is told. Its words are known by the projection of posts. */
function endedPoll(poll: Payload<'poll.ended'>, version: bigint): Act {
  return {
    recipientId: poll.recipientId,
    cause: 'poll',
    objectId: poll.postId,
    actorId: poll.authorId,
    kind: 'poll',
    active: true,
    visibility: poll.visibility,
    isMentioned: poll.isMentioned,
    words: [],
    rootId: poll.rootId,
    version,
    atMs: poll.endedAtMs,
  };
}

function msOf(id: string | undefined): number | null {
  return id === undefined ? null : timeOf(BigInt(id));
}

/** What an act is known by. */
export function keyOf({ recipientId, cause, objectId, actorId }: Omit<Act, 'version'>): string {
  return `${recipientId}:${cause}:${objectId}:${actorId}`;
}
