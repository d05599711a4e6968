import { decodeId } from '@murmuration/ids';
import { renewFeedIdentity } from '@murmuration/events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { listenersOf, type LiveEvent, liveEvents, liveLimits } from './live-listeners.ts';
import { at, createWorld, type Name, type World } from './world.ts';

const tagged = `subscription ($tag: String!, $after: String) { hashtagUpdates(tag: $tag, after: $after) { ${liveEvents} } }`;
const publicly = `subscription ($after: String) { publicTimelineUpdates(after: $after) { ${liveEvents} } }`;

const { replayEvents, streamsPerPerson } = liveLimits;
let world: World;
const { answer, hasBegun, watchPosts, watchThread } = listenersOf(() => world);
const statements: string[] = [];
beforeAll(async () => {
  world = await createWorld({ onStatement: (sql) => statements.push(sql), liveLimits });
});
afterAll(() => world.close());
afterEach(() => world.people.clear());

const watch = async (name: Name | null, query: string, variables: Record<string, unknown> = {}) => {
  const stream = await world.listen<LiveEvent>(name, query, variables);
  const told = () =>
    stream.events.flatMap(({ post }) => post?.text ?? []).filter((text) => text !== '#flock begin');
  return { ...stream, told };
};
const textsOf = (told: LiveEvent[]) => told.map(({ reply, __typename }) => reply?.text ?? __typename);

test('an answer anywhere in the conversation is told, and its end, to strangers too', async () => {
  const root = await world.say('alice', 'root');
  const streams = await Promise.all([watchThread('bob', root), watchThread(null, root)]);
  for (const stream of streams) await hasBegun(root, stream);
  const first = await answer('carol', root, 'first');
  const deep = await answer('dave', first, 'deep');
  // What is deleted before it could be told is not told at all.
  for (const stream of streams) await expect.poll(() => textsOf(stream.told())).toContain('deep');
  expect(await world.act('dave', 'deletePost', deep)).toEqual([]);
  for (const stream of streams) {
    await expect
      .poll(() => textsOf(stream.told()).filter((text) => text !== 'begin'))
      .toEqual(['first', 'deep', 'PostDeleted']);
    expect(stream.told().at(-1)?.postId).toBe(deep);
    expect(stream.told().find(({ reply }) => reply?.id === first)?.reply).toMatchObject({
      likeCount: 0,
      viewerHasLiked: false,
    });
    expect(stream.codes).toEqual([]);
    await stream.hangUp();
  }
});

test('what one may not see, or did not want to, is not told; nor is it when it ends', async () => {
  const root = await world.say('alice', 'root');
  world.people.block('carol', 'bob');
  world.people.relate('bob', 'dave', 'viewerMutes');
  const stream = await watchThread('bob', root);
  const other = await watchThread('alice', root);
  await hasBegun(root, other);
  const hidden = await answer('carol', root, 'of one who blocks');
  await answer('dave', root, 'of one who is muted');
  await world.act('carol', 'deletePost', hidden);
  await answer('alice', root, 'for everyone');
  await expect.poll(() => textsOf(other.told()).at(-1)).toBe('for everyone');
  await expect.poll(() => textsOf(stream.told())).toEqual(['for everyone']);
  await Promise.all([stream.hangUp(), other.hangUp()]);
});

test('while nobody can tell who may see it nothing is told; then all of it, in order', async () => {
  const root = await world.say('alice', 'root');
  const stream = await watchThread('bob', root);
  await hasBegun(root, stream);
  const before = stream.told().length;
  const ids = await Promise.all(
    [1, 2].map((n) => world.say('carol', { text: `answer ${n}`, replyToId: root })),
  );
  await expect.poll(() => stream.told().length).toBe(before + ids.length);
  world.people.isAway = true;
  const { data } = await world.run(null, '{ __typename }');
  expect(data).toBeTruthy();
  // Alice's own posts need nobody to be asked about.
  await world.say('alice', { text: 'own', replyToId: root });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stream.told().length).toBe(before + ids.length);
  world.people.isAway = false;
  await expect.poll(() => textsOf(stream.told()).at(-1)).toBe('own');
  await stream.hangUp();
});

test('who comes back is told what was missed, in order, once, and then what is new', async () => {
  const root = await world.say('alice', 'root');
  const stream = await watchThread('bob', root);
  await hasBegun(root, stream);
  const cursor = stream.told().at(-1)?.cursor ?? '';
  await stream.hangUp();
  const missed = Array.from({ length: replayEvents }, (_, n) => `missed ${n}`);
  for (const text of missed) await answer('carol', root, text);
  // Longer than the log is followed for nobody: what was missed is in no memory.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const again = await watchThread('bob', root, cursor);
  await expect.poll(() => again.told().length).toBe(missed.length);
  await answer('carol', root, 'new');
  await expect.poll(() => textsOf(again.told())).toEqual([...missed, 'new']);
  const early = await watchThread('bob', root, cursor);
  await expect
    .poll(() => early.told().map(({ __typename, reason }) => reason ?? __typename))
    .toEqual(['TOO_OLD']);
  await Promise.all([again.hangUp(), early.hangUp()]);
});

test('a cursor that is forged, foreign, of another thread or of another copy is answered by one Reset', async () => {
  const root = await world.say('alice', 'root');
  const elsewhere = await world.say('alice', 'elsewhere');
  const stream = await watchThread('bob', root);
  await hasBegun(root, stream);
  const cursor = stream.told().at(-1)?.cursor ?? '';
  const wrong = [
    { who: 'bob', at: root, after: `${cursor}x`, reason: 'INVALID' },
    { who: 'bob', at: root, after: 'nonsense', reason: 'INVALID' },
    { who: 'carol', at: root, after: cursor, reason: 'NOT_YOURS' },
    { who: 'bob', at: elsewhere, after: cursor, reason: 'NOT_YOURS' },
  ] as const;
  for (const { who, at: id, after, reason } of wrong) {
    const other = await watchThread(who, id, after);
    await expect.poll(() => other.told().map((event) => event.reason)).toEqual([reason]);
    await answer('dave', id, 'after the reset');
    await expect.poll(() => textsOf(other.told())).toEqual(['Reset', 'after the reset']);
    // And where the Reset stands one can continue.
    await other.hangUp();
  }
  const told = stream.told().length;
  await renewFeedIdentity({ query: (sql: string) => world.database.$executeRawUnsafe(sql) } as never);
  await expect
    .poll(() =>
      stream
        .told()
        .slice(told)
        .map(({ reason }) => reason),
    )
    .toEqual(['REBUILT']);
  await answer('dave', root, 'in the copy');
  await expect.poll(() => textsOf(stream.told()).at(-1)).toBe('in the copy');
  const late = await watchThread('bob', root, cursor);
  await expect.poll(() => late.told().map(({ reason }) => reason)).toEqual(['REBUILT']);
  await Promise.all([stream.hangUp(), late.hangUp()]);
});

test('a stream that is told nothing gets bookmarks, and continues behind them', async () => {
  const root = await world.say('alice', 'root');
  const stream = await watchThread('bob', root);
  const busy = await world.say('alice', 'busy elsewhere');
  await expect
    .poll(async () => {
      await answer('carol', busy);
      return stream.events.map(({ __typename }) => __typename);
    })
    .toContain('Bookmark');
  const cursor = stream.events.at(-1)?.cursor ?? '';
  await stream.hangUp();
  await answer('carol', root, 'missed');
  const again = await watchThread('bob', root, cursor);
  await expect.poll(() => textsOf(again.told())).toEqual(['missed']);
  await again.hangUp();
});

test('counts are gathered, told as they are at last, and never of what is hidden', async () => {
  const [shown, hidden] = [await world.say('alice', 'shown'), await world.say('carol', 'hidden')];
  world.people.block('carol', 'bob');
  const stream = await watchPosts('bob', [shown, hidden]);
  await expect
    .poll(() => stream.told().map(({ __typename }) => __typename))
    .toEqual(['PostDeleted', 'CountsChanged']);
  expect(stream.told()[0]?.postId).toBe(hidden);
  const people: Name[] = ['alice', 'bob', 'carol', 'dave'];
  for (let round = 0; round < 10; round++)
    for (const name of people) await world.act(name, round % 2 === 0 ? 'likePost' : 'unlikePost', shown);
  for (const name of people) {
    await world.act(name, 'likePost', shown);
    await world.act(name, 'likePost', hidden).catch(() => undefined);
  }
  await world.say('carol', { text: 'an answer', replyToId: shown });
  const last = () => stream.told().at(-1)?.post;
  await expect.poll(last).toEqual({ id: shown, likeCount: 4, replyCount: 1, viewerHasLiked: true });
  // Each alone would be some fifty.
  expect(stream.told().length).toBeLessThan(30);
  expect(stream.told().flatMap(({ post }) => post?.id ?? [])).not.toContain(hidden);
  const cursor = stream.told().at(-1)?.cursor ?? '';
  await stream.hangUp();
  await world.act('bob', 'unlikePost', shown);
  await world.act('alice', 'deletePost', shown);
  const again = await watchPosts('bob', [shown], cursor);
  await expect
    .poll(() => again.told().map(({ __typename, postId }) => `${__typename} ${postId}`))
    .toEqual([`PostDeleted ${shown}`]);
  await again.hangUp();
});

test('what is said publicly is told under its tags and to all, but nothing that one did not want to meet', async () => {
  world.people.block('carol', 'bob');
  world.people.relate('bob', 'dave', 'viewerMutes');
  world.people.muteWord('bob', 'egg');
  const talk = await world.say('alice', '#flock begin');
  world.people.muteThread('bob', String(decodeId('Post', talk)));
  const streams = {
    bob: await watch('bob', tagged, { tag: '#Flock' }),
    stranger: await watch(null, tagged, { tag: 'flock' }),
    all: await watch(null, publicly),
    alice: await watch('alice', publicly),
  };
  const haveBegun = () => Object.values(streams).every(({ events: seen }) => seen.length > 0);
  await expect
    .poll(async () => {
      await world.say('alice', '#flock begin');
      return haveBegun();
    })
    .toBe(true);
  const root = await world.say('alice', '#flock one');
  await world.say('dave', '#flock of one who is muted');
  await world.say('carol', '#flock of one who blocks');
  await world.say('alice', '#flock of an egg');
  await answer('alice', talk, '#flock in a muted talk');
  await world.say('alice', { text: '#flock for followers', visibility: 'FOLLOWERS' });
  await answer('alice', root, 'in answer, #FLOCK');
  await world.say('alice', 'without a tag');
  await world.say('alice', '#flock end');
  const ofOthers = [
    '#flock of one who is muted',
    '#flock of one who blocks',
    '#flock of an egg',
    '#flock in a muted talk',
  ];
  const answered = ['in answer, #FLOCK', '#flock end'];
  await expect.poll(streams.bob.told).toEqual(['#flock one', ...answered]);
  await expect.poll(streams.stranger.told).toEqual(['#flock one', ...ofOthers, ...answered]);
  // In answer to nobody.
  const everything = ['#flock one', ...ofOthers.slice(0, 3), 'without a tag', '#flock end'];
  for (const name of ['all', 'alice'] as const) await expect.poll(streams[name].told).toEqual(everything);

  const after = streams.bob.events.find(({ post }) => post?.text === '#flock one')?.cursor;
  const again = await watch('bob', tagged, { tag: 'flock', after });
  await expect.poll(again.told).toEqual(answered);
  const elsewhere = await watch('bob', tagged, { tag: 'egg', after });
  await expect.poll(() => elsewhere.events.map(({ reason }) => reason)).toEqual(['NOT_YOURS']);
  expect((await watch('bob', tagged, { tag: 'no tag' })).codes).toEqual(['BAD_USER_INPUT']);
  await Promise.all([...Object.values(streams), again, elsewhere].map(({ hangUp }) => hangUp()));
});

test('a poll is not told to whom one of its options is what they did not want to meet', async () => {
  world.people.muteWord('bob', 'an egg');
  const streams = { bob: await watch('bob', publicly), stranger: await watch(null, publicly) };
  await expect
    .poll(async () => {
      await world.say('alice', '#flock begin');
      return Object.values(streams).every(({ events: seen }) => seen.length > 0);
    })
    .toBe(true);
  const poll = (...options: string[]) => ({ options, durationMinutes: 60 });
  await world.say('alice', { text: 'one or the other?', poll: poll('a stone', 'an egg') });
  await world.say('alice', { text: 'which stone?', poll: poll('a red stone', 'a blue one') });
  await expect.poll(streams.stranger.told).toEqual(['one or the other?', 'which stone?']);
  await expect.poll(streams.bob.told).toEqual(['which stone?']);
  await Promise.all(Object.values(streams).map(({ hangUp }) => hangUp()));
});

test('the end of a post is told to all who watch it, and to none who watch what it answers', async () => {
  const root = await world.say('alice', 'root');
  const reply = await answer('carol', root);
  const [one, other] = await Promise.all([watchPosts('bob', [reply]), watchPosts('bob', [root])]);
  await expect.poll(() => one.told().length + other.told().length).toBe(2);
  await world.act('carol', 'deletePost', reply);
  await expect.poll(() => one.told().at(-1)?.postId).toBe(reply);
  await expect.poll(() => other.told().at(-1)?.post?.replyCount).toBe(0);
  expect(other.told().map(({ __typename }) => __typename)).not.toContain('PostDeleted');
  await Promise.all([one.hangUp(), other.hangUp()]);
});

test('who is cut off between the end of a post and a count that changed before is told the count as it is', async () => {
  const [counted, deleted] = [await world.say('alice', 'counted'), await world.say('alice', 'deleted')];
  const stream = await watchPosts('bob', [counted, deleted]);
  await expect.poll(() => stream.told().length).toBe(2);
  await world.act('carol', 'likePost', counted);
  await world.act('alice', 'deletePost', deleted);
  const end = () => stream.told().find(({ postId }) => postId === deleted);
  await expect.poll(end).toBeTruthy();
  // The count changed at an earlier place than this: what is told of the log behind it has it no more.
  const again = await watchPosts('bob', [counted, deleted], end()?.cursor);
  await expect.poll(() => again.told().find(({ post }) => post?.id === counted)?.post?.likeCount).toBe(1);
  await Promise.all([stream.hangUp(), again.hangUp()]);
});

test('ids that are none, too many of them, and threads of hidden posts are refused', async () => {
  const hidden = await world.say('carol', 'hidden');
  world.people.block('carol', 'bob');
  expect((await watchThread('bob', hidden)).codes).toEqual(['BAD_USER_INPUT']);
  expect((await watchThread('bob', 'usr_00000000001')).codes).toEqual(['BAD_USER_INPUT']);
  expect((await watchPosts('bob', ['nonsense'])).codes).toEqual(['BAD_USER_INPUT']);
  expect(
    (
      await watchPosts(
        'bob',
        Array.from({ length: 101 }, () => hidden),
      )
    ).codes,
  ).toEqual(['BAD_USER_INPUT']);
});

test('an answer told to two hundred streams costs as many statements as one told to one', async () => {
  const root = await world.say('alice', 'root');
  const cheap =
    'subscription ($id: ID!) { threadUpdates(postId: $id) { cursor ... on ReplyAdded { reply { text likeCount author { id } } } } }';
  const costOf = async (count: number) => {
    const streams = await Promise.all(
      Array.from({ length: count }, () => world.listen<LiveEvent>(null, cheap, { id: root })),
    );
    await expect
      .poll(async () => {
        await answer('dave', root, 'begin');
        return streams.every((stream) => stream.events.length > 0);
      })
      .toBe(true);
    // What they are told of until then shall cost nothing any more.
    await answer('dave', root, 'begun');
    await expect
      .poll(() =>
        streams.every(({ events }) => events.findLast(({ reply }) => reply)?.reply?.text === 'begun'),
      )
      .toBe(true);
    const told = streams.map((stream) => stream.events.filter(({ reply }) => reply).length);
    statements.length = 0;
    await answer('carol', root, 'counted');
    await expect
      .poll(() =>
        streams.every(
          (stream, index) => stream.events.filter(({ reply }) => reply).length > (told[index] ?? 0),
        ),
      )
      .toBe(true);
    // What is on screens is looked at now and then, whatever is told.
    const cost = statements.filter((sql) => !sql.includes('p.root_id AS "rootId", p.visibility')).length;
    await Promise.all(streams.map((stream) => stream.hangUp()));
    return cost;
  };
  expect(await costOf(200)).toBe(await costOf(1));
});

test('one stream more than a person may have is refused by name, whatever it is about, and those that are open go on', async () => {
  const root = await world.say('alice', 'root');
  const threads = await Promise.all(
    Array.from({ length: streamsPerPerson - 1 }, () => watchThread('bob', root)),
  );
  const counts = await watchPosts('bob', [root]);
  const [first] = threads;
  expect((await watchThread('bob', root)).codes).toEqual(['RATE_LIMITED']);
  expect((await watchPosts('bob', [root])).codes).toEqual(['RATE_LIMITED']);
  // Of anonymous readers only the edge can tell one from another.
  const strangers = await Promise.all(
    Array.from({ length: streamsPerPerson + 1 }, () => watchThread(null, root)),
  );
  expect([...threads, counts, ...strangers].flatMap(({ codes }) => codes)).toEqual([]);
  for (const stream of [...threads, ...strangers]) await hasBegun(root, stream);
  await first?.hangUp();
  const again = await watchThread('bob', root);
  await hasBegun(root, again);
  await Promise.all([...threads.slice(1), again, counts, ...strangers].map((stream) => stream.hangUp()));
});

test('without listeners nothing is read', async () => {
  await expect.poll(() => world.services.streams.position()).toBeNull();
  expect(at(await world.run(null, '{ __typename }'), '__typename')).toBe('Query');
});
