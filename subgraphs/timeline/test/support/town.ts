import type { EventPayload, EventType } from '@murmuration/events';
import { idAt } from '@murmuration/ids';
import { type Relation, relationBits } from '@murmuration/relationships';
import type { Truth } from '@murmuration/testing/oracle';
import type { IncomingChange } from '../../src/ingest/changes.ts';

interface TownPost {
  id: bigint;
  authorId: bigint;
  replyToAuthorId: bigint | null;
  visibility: 'public' | 'followers' | 'mentioned';
  mentionedIds: bigint[];
}

/** A small town whose truth is kept here; every act answers with the changes that its subgraph would tell. */
export interface Town {
  people: bigint[];
  follow(a: bigint, b: bigint): IncomingChange[];
  unfollow(a: bigint, b: bigint): IncomingChange[];
  block(a: bigint, b: bigint, active?: boolean): IncomingChange[];
  mute(a: bigint, b: bigint, active?: boolean): IncomingChange[];
  post(author: bigint, post?: Partial<TownPost>): IncomingChange[];
  reply(author: bigint, to: bigint): IncomingChange[];
  remove(postId: bigint): IncomingChange[];
  repost(author: bigint, postId: bigint): IncomingChange[];
  undoRepost(author: bigint, postId: bigint): IncomingChange[];
  setAccount(person: bigint, account: { isPrivate?: boolean; isSuspended?: boolean }): IncomingChange[];
  /** Living posts, oldest first. */
  posts(): TownPost[];
  relation(viewer: bigint, author: bigint): Relation;
  truth(): Truth;
}

export function createTown(size: number): Town {
  let clock = idAt(Date.now() - 86_400_000);
  // With steps of one in both parts, some moments would put all readers into one bucket of the cache.
  const nextId = () => (clock += (1n << 22n) + 5n);
  const people = Array.from({ length: size }, nextId);
  const accounts = new Map(people.map((id) => [id, { id, isPrivate: false, isSuspended: false }]));
  const posts = new Map<bigint, TownPost>();
  const reposts = new Map<string, { id: bigint; authorId: bigint; originalId: bigint }>();
  const follows = new Set<string>();
  const blocks = new Set<string>();
  const mutes = new Set<string>();
  const versions = new Map<string, bigint>();

  function change<T extends EventType>(type: T, key: string, payload: EventPayload<T>): IncomingChange {
    const version = (versions.get(`${type}/${key}`) ?? 0n) + 1n;
    versions.set(`${type}/${key}`, version);
    return { type, version, payload, traceContext: null };
  }

  function setFollow(a: bigint, b: bigint, active: boolean): IncomingChange[] {
    const key = `${a}:${b}`;
    if (a === b || follows.has(key) === active) return [];
    if (active && (blocks.has(key) || blocks.has(`${b}:${a}`))) return [];
    if (active) follows.add(key);
    else follows.delete(key);
    const state = active ? 'active' : 'removed';
    return [
      change('follow.changed', key, {
        followerId: String(a),
        followeeId: String(b),
        followId: String(nextId()),
        state,
      }),
    ];
  }

  function postChange(post: TownPost, isDeleted: boolean): IncomingChange {
    const id = String(post.id);
    return change('post.changed', id, {
      postId: id,
      authorId: String(post.authorId),
      text: isDeleted ? '' : 'a word',
      replyToId: post.replyToAuthorId === null ? null : '1',
      replyToAuthorId: post.replyToAuthorId?.toString() ?? null,
      rootId: id,
      quotedId: null,
      quotedAuthorId: null,
      visibility: post.visibility,
      mentionedIds: isDeleted && post.visibility === 'public' ? [] : post.mentionedIds.map(String),
      isDeleted,
    });
  }

  function repostChange(
    repost: { id: bigint; authorId: bigint; originalId: bigint },
    originalAuthorId: bigint,
    active: boolean,
  ): IncomingChange {
    return change('repost.changed', `${repost.authorId}:${repost.originalId}`, {
      repostId: String(repost.id),
      authorId: String(repost.authorId),
      originalId: String(repost.originalId),
      originalAuthorId: String(originalAuthorId),
      active,
    });
  }

  const town: Town = {
    people,
    follow: (a, b) => setFollow(a, b, true),
    unfollow: (a, b) => setFollow(a, b, false),
    block(a, b, active = true) {
      const key = `${a}:${b}`;
      if (a === b || blocks.has(key) === active) return [];
      if (active) blocks.add(key);
      else blocks.delete(key);
      const ended = active ? [...setFollow(a, b, false), ...setFollow(b, a, false)] : [];
      return [change('block.changed', key, { blockerId: String(a), blockedId: String(b), active }), ...ended];
    },
    mute(a, b, active = true) {
      const key = `${a}:${b}`;
      if (a === b || mutes.has(key) === active) return [];
      if (active) mutes.add(key);
      else mutes.delete(key);
      return [change('mute.changed', key, { muterId: String(a), mutedId: String(b), active })];
    },
    post(authorId, given = {}) {
      const post: TownPost = {
        replyToAuthorId: null,
        visibility: 'public',
        mentionedIds: [],
        ...given,
        id: nextId(),
        authorId,
      };
      posts.set(post.id, post);
      return [postChange(post, false)];
    },
    reply(author, to) {
      const parent = posts.get(to);
      return parent ? town.post(author, { replyToAuthorId: parent.authorId }) : [];
    },
    remove(postId) {
      const post = posts.get(postId);
      if (!post) return [];
      posts.delete(postId);
      return [postChange(post, true)];
    },
    repost(authorId, originalId) {
      const original = posts.get(originalId);
      if (!original || original.visibility !== 'public' || reposts.has(`${authorId}:${originalId}`))
        return [];
      const repost = { id: nextId(), authorId, originalId };
      reposts.set(`${authorId}:${originalId}`, repost);
      return [repostChange(repost, original.authorId, true)];
    },
    undoRepost(authorId, originalId) {
      const repost = reposts.get(`${authorId}:${originalId}`);
      if (!repost) return [];
      reposts.delete(`${authorId}:${originalId}`);
      return [repostChange(repost, posts.get(originalId)?.authorId ?? 0n, false)];
    },
    setAccount(person, given) {
      const account = accounts.get(person);
      if (!account) return [];
      Object.assign(account, given);
      return [
        change('account.changed', String(person), {
          userId: String(person),
          handle: `p${person}`,
          isPrivate: account.isPrivate,
          isSuspended: account.isSuspended,
        }),
      ];
    },
    posts: () => [...posts.values()],
    relation(viewer, author) {
      const account = accounts.get(author);
      const [there, back] = [`${viewer}:${author}`, `${author}:${viewer}`];
      return (
        (viewer === author ? relationBits.self : 0) |
        (blocks.has(there) ? relationBits.viewerBlocks : 0) |
        (blocks.has(back) ? relationBits.blocksViewer : 0) |
        (mutes.has(there) ? relationBits.viewerMutes : 0) |
        (follows.has(there) ? relationBits.viewerFollows : 0) |
        (follows.has(back) ? relationBits.followsViewer : 0) |
        (account?.isPrivate ? relationBits.authorPrivate : 0) |
        (account?.isSuspended ? relationBits.authorSuspended : 0) |
        (account ? 0 : relationBits.authorMissing)
      );
    },
    truth: () => ({
      accounts: [...accounts.values()],
      follows: pairs(follows).map(([followerId, followeeId]) => ({ followerId, followeeId })),
      blocks: pairs(blocks).map(([blockerId, blockedId]) => ({ blockerId, blockedId })),
      mutes: pairs(mutes).map(([muterId, mutedId]) => ({ muterId, mutedId })),
      posts: [...posts.values()],
      reposts: [...reposts.values()].filter(({ originalId }) => posts.has(originalId)),
    }),
  };
  return town;
}

function pairs(keys: ReadonlySet<string>): [string, string][] {
  return [...keys].map((key) => key.split(':') as [string, string]);
}
