import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.people.clear();
  world.people.isAway = false;
});

describe('saying something', () => {
  it('answers with the post as anybody will read it', async () => {
    const made = await world.run(
      'alice',
      `mutation { createPost(input: { text: "Hello @Bob and @nobody #Starlings example.org" }) { errors { message }
        post { text visibility isReply createdAt likeCount replyCount repostCount quoteCount viewerHasLiked
          viewerHasReposted author { id }
          facets { start end ... on MentionFacet { user { id } } ... on HashtagFacet { tag } ... on LinkFacet { url } } } } }`,
    );
    expect(made).toEqual({
      codes: [],
      position: expect.any(String),
      // How the author stands is limits.integration.ts's concern.
      rateLimits: expect.any(Object),
      data: {
        createPost: {
          errors: [],
          post: {
            text: 'Hello @Bob and @nobody #Starlings example.org',
            visibility: 'PUBLIC',
            isReply: false,
            createdAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/),
            likeCount: 0,
            replyCount: 0,
            repostCount: 0,
            quoteCount: 0,
            viewerHasLiked: false,
            viewerHasReposted: false,
            author: { id: 'usr_00000000001' },
            facets: [
              { start: 6, end: 10, user: { id: 'usr_00000000002' } },
              { start: 23, end: 33, tag: 'starlings' },
              { start: 34, end: 45, url: 'https://example.org/' },
            ],
          },
        },
      },
    });
  });

  it('refuses bad input by name and changes nothing', async () => {
    const count = () => world.database.post.count();
    const before = await count();
    const cases: [Record<string, unknown>, string][] = [
      [{ text: '' }, 'ValidationError text'],
      [{ text: ' \n\u200b ' }, 'ValidationError text'],
      [{ text: 'x'.repeat(2_001) }, 'ValidationError text'],
      [{ text: 'bell\u0007' }, 'ValidationError text'],
      [{ text: 'half of a pair \ud83d' }, 'ValidationError text'],
      [{ text: 'hi', replyToId: 'pst_nonsense' }, 'ValidationError replyToId'],
      [{ text: 'hi', quotedId: 'usr_00000000001' }, 'ValidationError quotedId'],
      [{ text: 'hi', replyToId: 'pst_00000000009' }, 'NotFound'],
      [{ text: 'hi', quotedId: 'pst_00000000009' }, 'NotFound'],
      [{ text: 'hi', idempotencyKey: '' }, 'ValidationError idempotencyKey'],
      [{ text: 'hi', idempotencyKey: 'k'.repeat(129) }, 'ValidationError idempotencyKey'],
      [{ text: 'hi', visibility: 'SECRET' }, 'BAD_USER_INPUT'],
    ];
    for (const [input, expected] of cases) {
      expect(await world.attempt('alice', input), JSON.stringify(input)).toEqual({
        id: null,
        errors: [expected],
      });
    }
    expect(await world.attempt(null, { text: 'hi' })).toEqual({ id: null, errors: ['UNAUTHENTICATED'] });
    expect(await count()).toBe(before);
  });

  it('needs `user` for mentions, and for nothing else of a new post', async () => {
    world.people.isAway = true;
    expect((await world.attempt('alice', { text: 'Nobody is named here' })).errors).toEqual([]);
    expect((await world.attempt('alice', { text: 'Hello @bob' })).errors).toEqual(['DOWNSTREAM_ERROR']);
  });
});

describe('replies and quotes', () => {
  it('join the thread and move the counts of what they answer', async () => {
    const root = await world.say('alice', 'A question');
    const reply = await world.say('bob', { text: 'An answer', replyToId: root });
    const last = await world.say('carol', { text: 'Both at once', replyToId: reply, quotedId: root });
    const answer = await world.run(
      'alice',
      `query ($root: ID!, $last: ID!) { root: post(id: $root) { replyCount quoteCount }
        last: post(id: $last) { isReply replyTo { id replyCount } quoted { id } thread { ancestors { post { id } missing } } } }`,
      { root, last },
    );
    expect(answer.data).toEqual({
      root: { replyCount: 1, quoteCount: 1 },
      last: {
        isReply: true,
        replyTo: { id: reply, replyCount: 1 },
        quoted: { id: root },
        thread: {
          ancestors: [
            { post: { id: root }, missing: null },
            { post: { id: reply }, missing: null },
          ],
        },
      },
    });
  });

  it('are refused across a block: by its name to who blocked, as missing to who was blocked', async () => {
    const post = await world.say('bob', 'Mine');
    world.people.block('bob', 'alice');
    expect((await world.attempt('alice', { text: 'hi', replyToId: post })).errors).toEqual(['NotFound']);
    expect((await world.attempt('alice', { text: 'hi', quotedId: post })).errors).toEqual(['NotFound']);
    world.people.clear();
    world.people.block('alice', 'bob');
    expect((await world.attempt('alice', { text: 'hi', replyToId: post })).errors).toEqual(['Blocked']);
    expect((await world.attempt('alice', { text: 'hi', quotedId: post })).errors).toEqual(['Blocked']);
    world.people.relate('alice', 'bob', 'viewerBlocks', 'blocksViewer');
    expect((await world.attempt('alice', { text: 'hi', replyToId: post })).errors).toEqual(['NotFound']);
  });

  it('never reach further than what they answer', async () => {
    world.people.relate('alice', 'bob', 'viewerFollows');
    const narrow = await world.say('bob', { text: 'For my followers', visibility: 'FOLLOWERS' });
    const wider = { text: 'Look!', replyToId: narrow, visibility: 'PUBLIC' };
    expect((await world.attempt('alice', wider)).errors).toEqual(['NotAllowed']);
    expect((await world.attempt('alice', { text: 'Look!', quotedId: narrow })).errors).toEqual([
      'NotAllowed',
    ]);
    const reply = await world.say('alice', { text: 'Only for us', replyToId: narrow });
    const seen = await world.run('bob', `{ post(id: "${reply}") { visibility } }`);
    // Bob does not follow alice, but what answers him is for him.
    expect(seen.data).toEqual({ post: { visibility: 'FOLLOWERS' } });
    expect((await world.run('carol', `{ post(id: "${reply}") { text } }`)).data).toEqual({ post: null });
  });

  it('of a private account count as for its followers', async () => {
    world.people.makePrivate('bob', 'alice');
    const post = await world.say('bob', 'Public in a private account');
    expect((await world.attempt('alice', { text: 'hi', quotedId: post })).errors).toEqual(['NotAllowed']);
    expect(await world.act('alice', 'createRepost', post)).toEqual(['NotAllowed']);
    const reply = await world.run(
      'alice',
      `mutation { createPost(input: { text: "hi", replyToId: "${post}" }) { post { visibility } } }`,
    );
    expect(at(reply, 'createPost.post.visibility')).toBe('FOLLOWERS');
  });
});

describe('taking back', () => {
  it('leaves a thread its shape and nobody its words', async () => {
    const root = await world.say('alice', 'A secret #gone for @bob');
    const middle = await world.say('bob', { text: 'What secret?', replyToId: root });
    const last = await world.say('carol', { text: 'Yes, what?', replyToId: middle });
    expect(await world.act('alice', 'deletePost', root)).toEqual([]);
    const answer = await world.run(
      'carol',
      `{ post(id: "${last}") { thread { ancestors { post { id } missing } } }
        _entities(representations: [{ __typename: "User", id: "usr_00000000002" }]) {
          ... on User { posts(first: 1) { edges { node { id replyTo { id } isReply } } } } } }`,
    );
    expect(answer).toEqual({
      codes: [],
      data: {
        post: {
          thread: {
            ancestors: [
              { post: null, missing: 'DELETED' },
              { post: { id: middle }, missing: null },
            ],
          },
        },
        _entities: [{ posts: { edges: [{ node: { id: middle, replyTo: null, isReply: true } }] } }],
      },
    });
    const [tombstone] = await world.database.post.findMany({ where: { deletedAt: { not: null } } });
    expect(tombstone).toMatchObject({ text: '', facets: [], mentionedIds: [], version: 2n });
  });

  it('moves every count once, however often and at once it is asked for', async () => {
    const root = await world.say('dave', 'Count');
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_value, index) =>
        world.say('dave', { text: `Reply ${index}`, replyToId: root, quotedId: root }),
      ),
    );
    const gone = replies.slice(0, 5);
    await Promise.all([...gone, ...gone].map((id) => world.act('dave', 'deletePost', id)));
    const answer = await world.run(
      null,
      `{ post(id: "${root}") { replyCount quoteCount author { postCount } } }`,
    );
    expect(answer.data).toEqual({ post: { replyCount: 7, quoteCount: 7, author: { postCount: 8 } } });
    const told = await world.database.outbox.count({ where: { type: 'post.changed', version: 2n } });
    expect(told).toBe(await world.database.post.count({ where: { deletedAt: { not: null } } }));
  });
});
