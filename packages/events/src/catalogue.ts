import { z } from 'zod';

/** A database id as it travels: decimal text, for JSON numbers lose digits. */
const id = z.string().regex(/^\d{1,19}$/);

/**
 * What stood before a change that may hide something, for who tells live what was hidden and must not name more. It is
 * not known of snapshots, of other changes, and of events of before it was told: nothing that is kept may depend on it.
 */
function was<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().shape;
}

/**
 * Every event that crosses subgraphs, by type. Each one states what is now true of its aggregate, never a
 * difference, so that a consumer may apply it twice or skip an older one. Payloads only ever grow; a change
 * that old readers cannot take gets a new payload version.
 */
export const eventPayloads = {
  'account.changed': z.object({
    userId: id,
    handle: z.string(),
    isPrivate: z.boolean(),
    /** Hidden from everybody, by whomever: left by its owner, too. */
    isSuspended: z.boolean(),
    ...was({ wasPrivate: z.boolean(), wasSuspended: z.boolean() }),
  }),
  'follow.changed': z.object({
    followerId: id,
    followeeId: id,
    /** When it last became what it is; the sort key of the lists. */
    followId: id,
    state: z.enum(['active', 'requested', 'removed']),
    ...was({ wasActive: z.boolean() }),
  }),
  'block.changed': z.object({ blockerId: id, blockedId: id, active: z.boolean() }),
  'mute.changed': z.object({ muterId: id, mutedId: id, active: z.boolean() }),
  /** Before its time, and once; there is no snapshot of it. */
  'session.ended': z.object({ sessionId: id, userId: id }),
  /** A person is gone for good, in all that the subgraph knew of them: whoever knows more erases it. */
  'erasure.finished': z.object({ userId: id }),
  'post.changed': z.object({
    postId: id,
    authorId: id,
    /** Empty once deleted. */
    text: z.string(),
    replyToId: id.nullable(),
    replyToAuthorId: id.nullable(),
    rootId: id,
    quotedId: id.nullable(),
    quotedAuthorId: id.nullable(),
    visibility: z.enum(['public', 'followers', 'mentioned']),
    mentionedIds: z.array(id),
    isDeleted: z.boolean(),
    /** What its poll lets people choose from; none where it asks nothing, and once deleted. */
    pollOptions: z.array(z.string()).optional(),
  }),
  'repost.changed': z.object({
    repostId: id,
    authorId: id,
    originalId: id,
    originalAuthorId: id,
    active: z.boolean(),
  }),
  'like.changed': z.object({
    userId: id,
    postId: id,
    postAuthorId: id,
    active: z.boolean(),
    /** Its time is when it last became what it is; events of before it was told lack it. */
    likeId: id.optional(),
  }),
  /** That somebody voted in a poll, never for what. */
  'vote.changed': z.object({ postId: id, voterId: id, active: z.boolean() }),
  /** A poll takes votes no more: for each who took part, its author among them. Of a deleted post it is not told. */
  'poll.ended': z.object({
    postId: id,
    authorId: id,
    recipientId: id,
    rootId: id,
    visibility: z.enum(['public', 'followers', 'mentioned']),
    isMentioned: z.boolean(),
    endedAtMs: z.number().int(),
  }),
} as const;

export type EventType = keyof typeof eventPayloads;
export type EventPayload<T extends EventType> = z.infer<(typeof eventPayloads)[T]>;

/** Aggregate type by event type: what shares one version. */
export function aggregateTypeOf(type: EventType): string {
  return type.slice(0, type.indexOf('.'));
}
