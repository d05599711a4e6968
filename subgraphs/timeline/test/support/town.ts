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
  /** The first post of its conversation, where it is not that itself. */
  rootId?: bigint;
}

/** A small town whose truth is kept here; every act answers with the changes that its subgraph would tell. */
export interface Town {
  people: bigint[];
  follow(a: bigint, b: bigint): IncomingChange[];
  unfollow(a: bigint, b: bigint): IncomingChange[];
  /** Asks to follow; `follow` after it is their being let in. */
  request(a: bigint, b: bigint): IncomingChange[];
  block(a: bigint, b: bigint, active?: boolean): IncomingChange[];
  mute(a: bigint, b: bigint, active?: boolean): IncomingChange[];
  post(author: bigint, post?: Partial<TownPost>, text?: string, pollOptions?: string[]): IncomingChange[];
  reply(author: bigint, to: bigint): IncomingChange[];
  quote(author: bigint, quoted: bigint): IncomingChange[];
  like(a: bigint, postId: bigint, active?: boolean): IncomingChange[];
  /** The poll of a post ends, for its author and for one who voted, whatever they see of it. */
  endPoll(voter: bigint, postId: bigint): IncomingChange[];
  remove(postId: bigint): IncomingChange[];
  repost(author: bigint, postId: bigint): IncomingChange[];
  undoRepost(author: bigint, postId: bigint): IncomingChange[];
  setAccount(person: bigint, account: { isPrivate?: boolean; isSuspended?: boolean }): IncomingChange[];
  /** Living posts, oldest first. */
  posts(): TownPost[];
  relation(viewer: bigint, author: bigint): Relation;
  truth(): Truth;
  /** Who likes what, of posts that live. */
  likes(): { personId: bigint; postId: bigint }[];
  /** Who took part in a poll that has ended, of posts that live. */
  endings(): { personId: bigint; postId: bigint }[];
  /** Who asked whom, and was not let in. */
  requests(): { personId: bigint; askedId: bigint }[];
  /** Whom a post quotes. */
  quotedBy(postId: bigint): bigint | null;
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
  const requests = new Set<string>();
  const likes = new Set<string>();
  const endings = new Set<string>();
  const quotes = new Map<bigint, bigint>();
  const texts = new Map<bigint, string>();
  const polls = new Map<bigint, string[]>();
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
    requests.delete(key);
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
      text: isDeleted ? '' : (texts.get(post.id) ?? 'a word'),
      replyToId: post.replyToAuthorId === null ? null : '1',
      replyToAuthorId: post.replyToAuthorId?.toString() ?? null,
      rootId: post.rootId?.toString() ?? id,
      quotedId: quotes.has(post.id) ? '1' : null,
      quotedAuthorId: quotes.get(post.id)?.toString() ?? null,
      visibility: post.visibility,
      mentionedIds: isDeleted && post.visibility === 'public' ? [] : post.mentionedIds.map(String),
      isDeleted,
      ...(isDeleted ? {} : { pollOptions: polls.get(post.id) }),
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
    request(a, b) {
      const key = `${a}:${b}`;
      if (a === b || follows.has(key) || requests.has(key)) return [];
      if (blocks.has(key) || blocks.has(`${b}:${a}`)) return [];
      requests.add(key);
      const between = { followerId: String(a), followeeId: String(b), followId: String(nextId()) };
      return [change('follow.changed', key, { ...between, state: 'requested' })];
    },
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
    post(authorId, given = {}, text = 'a word', pollOptions = undefined) {
      const post: TownPost = {
        replyToAuthorId: null,
        visibility: 'public',
        mentionedIds: [],
        ...given,
        id: nextId(),
        authorId,
      };
      posts.set(post.id, post);
      texts.set(post.id, text);
      if (pollOptions) polls.set(post.id, pollOptions);
      return [postChange(post, false)];
    },
    reply(author, to) {
      const parent = posts.get(to);
      return parent ? town.post(author, { replyToAuthorId: parent.authorId }) : [];
    },
    quote(author, quoted) {
      const of = posts.get(quoted);
      if (!of) return [];
      // Before the post is told: its event names whom it quotes.
      quotes.set(clock + (1n << 22n) + 5n, of.authorId);
      return town.post(author);
    },
    like(a, postId, active = true) {
      const key = `${a}:${postId}`;
      const post = posts.get(postId);
      if (!post || likes.has(key) === active) return [];
      if (active) likes.add(key);
      else likes.delete(key);
      const of = { userId: String(a), postId: String(postId), postAuthorId: String(post.authorId) };
      return [change('like.changed', key, { ...of, active, likeId: String(nextId()) })];
    },
    endPoll(voter, postId) {
      const post = posts.get(postId);
      if (!post) return [];
      return [post.authorId, voter].flatMap((recipient) => {
        const key = `${postId}:${recipient}`;
        if (endings.has(key)) return [];
        endings.add(key);
        return change('poll.ended', key, {
          postId: String(postId),
          authorId: String(post.authorId),
          recipientId: String(recipient),
          rootId: String(post.rootId ?? postId),
          visibility: post.visibility,
          isMentioned: post.mentionedIds.includes(recipient),
          endedAtMs: Date.now(),
        });
      });
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
    likes: () =>
      pairs(likes)
        .map(([person, post]) => ({ personId: BigInt(person), postId: BigInt(post) }))
        .filter(({ postId }) => posts.has(postId)),
    endings: () =>
      pairs(endings)
        .map(([post, person]) => ({ personId: BigInt(person), postId: BigInt(post) }))
        .filter(({ postId }) => posts.has(postId)),
    requests: () =>
      pairs(requests).map(([person, asked]) => ({ personId: BigInt(person), askedId: BigInt(asked) })),
    quotedBy: (postId) => quotes.get(postId) ?? null,
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
