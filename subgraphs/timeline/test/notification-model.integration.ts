import { maySeePost, maySeeProfile, maySuggest, has } from '@murmuration/relationships';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IncomingChange } from '../src/ingest/changes.ts';
import { openLive, type TestLive } from './support/live.ts';
import { openNews, type TestNews } from './support/news.ts';
import { createTown, type Town } from './support/town.ts';

const people = 6;
let town: Town;
let live: TestLive;
let news: TestNews;
/** Follows that were asked for first, as `follower:followee`. */
let accepted: Set<string>;
/** What posts say besides words that nobody mutes. */
let said: Map<bigint, string>;
/** Words that people mute where notifications are concerned, while they do. */
let muted: Map<bigint, Set<string>>;

beforeEach(async () => {
  town = createTown(people);
  accepted = new Set();
  said = new Map();
  muted = new Map(town.people.map((person) => [person, new Set()]));
  live = await openLive(town);
  news = openNews(live);
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterEach(() => live.close());

const kinds = [
  ...(['post', 'post', 'reply', 'reply', 'quote', 'mention', 'whisper', 'repost', 'undoRepost'] as const),
  ...(['like', 'like', 'like', 'like', 'unlike', 'unlike', 'remove', 'endPoll', 'endPoll'] as const),
  ...(['follow', 'follow', 'request', 'request', 'unfollow', 'block', 'unblock', 'mute', 'unmute'] as const),
  ...(['private', 'suspend'] as const),
  ...(['muteWord', 'muteWord', 'unmuteWord', 'wordEnds'] as const),
];

const words = ['egg', '#ham', 'two words'];
const scopes = ['home', 'notifications', 'everywhere'] as const;

/** What somebody does, and what becomes of the transaction that tells it. */
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat(people - 1),
  whom: fc.nat(people - 1),
  what: fc.nat(1_000),
  /** Ends a batch, which is given up before its commit, or told twice. */
  ends: fc.constantFrom('no', 'no', 'yes', 'dies', 'twice'),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function act({ kind, who, whom, what }: Step): IncomingChange[] {
  const [a = 0n, b = 0n] = [town.people[who], town.people[whom]];
  const posts = town.posts();
  const post = posts[posts.length - 1 - (what % Math.max(posts.length, 1))]?.id ?? 0n;
  switch (kind) {
    case 'post':
      return town.post(a);
    case 'whisper':
      return say(a, { visibility: 'followers', replyToAuthorId: b }, what);
    case 'mention':
      return say(a, { visibility: what % 2 ? 'mentioned' : 'public', mentionedIds: [b] }, what);
    case 'reply':
      return town.reply(a, post);
    case 'quote':
      return town.quote(a, post);
    case 'repost':
      return town.repost(a, post);
    case 'undoRepost':
      return town.undoRepost(a, post);
    case 'like':
    case 'unlike':
      return town.like(a, post, kind === 'like');
    case 'endPoll':
      return town.endPoll(a, post);
    case 'remove':
      return what % 3 ? [] : town.remove(post);
    case 'follow': {
      const wasAsked = town.requests().some(({ askedId, personId }) => personId === a && askedId === b);
      const changes = town.follow(a, b);
      if (wasAsked && changes.length > 0) accepted.add(`${a}:${b}`);
      return changes;
    }
    case 'request':
      return town.request(a, b);
    case 'unfollow':
      accepted.delete(`${a}:${b}`);
      return town.unfollow(a, b);
    case 'block':
    case 'unblock':
      if (kind === 'block') for (const key of [`${a}:${b}`, `${b}:${a}`]) accepted.delete(key);
      return town.block(a, b, kind === 'block');
    case 'mute':
    case 'unmute':
      return town.mute(a, b, kind === 'mute');
    case 'private':
      return town.setAccount(a, { isPrivate: what % 2 === 0 });
    case 'suspend':
      return town.setAccount(a, { isSuspended: what % 3 === 0 });
    case 'muteWord':
    case 'unmuteWord':
    case 'wordEnds':
      return [];
    default:
      return kind satisfies never;
  }
}

function say(author: bigint, post: Parameters<Town['post']>[1], what: number): IncomingChange[] {
  const text = words[what % (words.length + 1)] ?? 'a word';
  const changes = town.post(author, post, `Look: ${text}!`);
  said.set(town.posts().at(-1)?.id ?? 0n, text);
  return changes;
}

/** Words are the reader's own, and in force from the next read on: no event tells of them. */
async function setWord({ kind, what, who }: Step): Promise<void> {
  const viewer = town.people[who] ?? 0n;
  const text = words[what % words.length] ?? '';
  const scope = scopes[what % scopes.length] ?? 'everywhere';
  if (kind === 'muteWord') {
    await live.services.words.mute(viewer, { text, scope, until: null });
    if (scope === 'home') muted.get(viewer)?.delete(text);
    else muted.get(viewer)?.add(text);
  } else if (kind === 'unmuteWord') {
    await live.services.words.unmute(viewer, text);
    muted.get(viewer)?.delete(text);
  } else if (kind === 'wordEnds') {
    // As if their time had come. A mute of a person ends by an event, like one that was taken back.
    await live.pool.query(`UPDATE muted_word SET until = now() - interval '1 second' WHERE viewer_id = $1`, [
      viewer,
    ]);
    muted.get(viewer)?.clear();
  }
}

/** What a viewer should be told of by the town's truth, as `kind post person`: each once. */
function expected(viewer: bigint): string[] {
  const { follows, reposts } = town.truth();
  const mine = new Set(town.posts().flatMap(({ authorId, id }) => (authorId === viewer ? [id] : [])));
  const answers = town.posts().flatMap((post) => {
    const isReply = post.replyToAuthorId === viewer;
    const isQuote = town.quotedBy(post.id) === viewer;
    if (!isReply && !isQuote && !post.mentionedIds.includes(viewer)) return [];
    if (muted.get(viewer)?.has(said.get(post.id) ?? '')) return [];
    const kind = isReply ? 'reply' : isQuote ? 'quote' : 'mention';
    return [{ kind, object: post.id, actor: post.authorId, audience: post }];
  });
  const reactions = [
    ...town.likes().map(({ personId, postId }) => ({ kind: 'like', object: postId, actor: personId })),
    ...reposts.map(({ authorId, originalId }) => ({
      kind: 'repost',
      object: BigInt(originalId),
      actor: BigInt(authorId),
    })),
  ].filter(({ object }) => mine.has(object));
  const between = [
    ...follows.map(({ followeeId, followerId }) => {
      const wasAsked = accepted.has(`${followerId}:${followeeId}`);
      const [actor, to] = wasAsked ? [followeeId, followerId] : [followerId, followeeId];
      return { kind: wasAsked ? 'accepted' : 'follow', actor: BigInt(actor), to: BigInt(to) };
    }),
    ...town.requests().map(({ askedId, personId }) => ({ kind: 'request', actor: personId, to: askedId })),
  ].flatMap(({ actor, kind, to }) => (to === viewer ? [{ kind, object: '', actor }] : []));
  const all = new Map(town.posts().map((post) => [post.id, post]));
  const polls = town.endings().flatMap(({ personId, postId }) => {
    const audience = all.get(postId);
    if (personId !== viewer || !audience) return [];
    const isMuted = audience.authorId !== viewer && muted.get(viewer)?.has(said.get(postId) ?? '');
    return isMuted ? [] : [{ kind: 'poll', object: postId, actor: audience.authorId, audience }];
  });
  const everyone = { visibility: 'public' as const, mentionedIds: [] };
  return [
    ...answers,
    ...polls,
    ...reactions.map((one) => ({ ...one, audience: everyone })),
    ...between.map((one) => ({ ...one, audience: null })),
  ]
    .filter(({ actor, audience, kind }) => {
      const relation = town.relation(viewer, actor);
      // A person is there for themselves, whatever became of their account.
      if (actor === viewer) return kind === 'poll';
      if (!maySeeProfile(relation) || !maySuggest(relation)) return false;
      return !has(relation, 'viewerBlocks') && (!audience || maySeePost(viewer, relation, audience));
    })
    .map(({ actor, kind, object }) => `${kind} ${object} ${actor}`)
    .toSorted();
}

async function check(viewer: bigint): Promise<void> {
  const found = await news.all(viewer, { size: 3 });
  const told = found.flatMap(({ actorIds, kind, postId }) =>
    actorIds.map((actor) => `${kind} ${postId ?? ''} ${actor}`),
  );
  expect(told.toSorted()).toEqual(expected(viewer));
  expect(found.map(({ actorCount }) => actorCount)).toEqual(found.map(({ actorIds }) => actorIds.length));
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(await news.unread(viewer)).toBe(found.filter(({ isUnread }) => isUnread).length);
}

test('whatever happens, dies and comes twice, each viewer is told each thing that they may see once', async () => {
  const [steps = []] = fc.sample(fc.array(step, { minLength: 250, maxLength: 300, size: 'max' }), {
    numRuns: 1,
  });
  let batch: IncomingChange[] = [];
  for (const [index, one] of steps.entries()) {
    await setWord(one);
    const changes = act(one);
    await live.apply(changes);
    batch.push(...changes);
    if (one.ends === 'no') continue;
    if (one.ends === 'dies') await news.apply(batch, { dies: true });
    await news.apply(batch);
    if (one.ends === 'twice') await news.apply(batch);
    batch = [];
    if (index % 25 === 0) await check(town.people[index % people] ?? 0n);
    if (index % 40 === 0) await news.markSeen(town.people[one.who] ?? 0n).catch(() => undefined);
  }
  await news.apply(batch);
  for (const viewer of town.people) await check(viewer);
});
