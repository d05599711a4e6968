import { decodeId, encodeTagId } from '@murmuration/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.people.clear();
  world.people.isAway = false;
});

/** Every way from a client to one post. */
const everyPath = `query ($post: ID!, $reply: ID!, $quote: ID!, $root: ID!, $author: ID!, $tag: String!) {
  byId: post(id: $post) { text }
  entities: _entities(representations: [
    { __typename: "Post", id: $post }, { __typename: "Post", ref: $post }]) { ... on Post { id text } }
  reply: post(id: $reply) { replyTo { id } thread { ancestors { post { id } missing } } }
  quote: post(id: $quote) { quoted { id } }
  root: post(id: $root) { thread { replies(first: 5) { edges { node { id } } } } }
  author: _entities(representations: [{ __typename: "User", id: $author }]) {
    ... on User { posts(first: 5) { edges { node { id } } } } }
  hashtag(tag: $tag) { posts(first: 5) { edges { node { id } } } }
}`;

let topics = 0;

/** Bob answers alice; carol answers and quotes bob. How often bob's post turns up for a viewer, by path. */
async function conversation(visibility?: string) {
  const tag = `topic_${++topics}x`;
  const root = await world.say('alice', 'The beginning');
  const input = { text: `Bob's own words #${tag}`, replyToId: root };
  const post = await world.say('bob', { ...input, ...(visibility ? { visibility } : {}) });
  if (visibility) world.people.relate('carol', 'bob', 'viewerFollows');
  const reply = await world.say('carol', { text: 'To bob', replyToId: post });
  const quote = await world.say('carol', visibility ? 'No quote' : { text: 'See', quotedId: post });
  const variables = { post, reply, quote, root, tag, author: 'usr_00000000002' };
  const sight = async (viewer: Name | null) => {
    const answer = await world.run(viewer, everyPath, variables);
    return { text: JSON.stringify(answer.data), codes: answer.codes, answer };
  };
  return { post, sight };
}

const nowhere = {
  byId: null,
  entities: [null, null],
  reply: {
    replyTo: null,
    thread: {
      ancestors: [
        { post: { id: expect.any(String) }, missing: null },
        { post: null, missing: 'HIDDEN' },
      ],
    },
  },
  quote: { quoted: null },
  root: { thread: { replies: { edges: [] } } },
  hashtag: { posts: { edges: [] } },
};

describe('a post that exists', () => {
  it('is found by everybody on every path', async () => {
    const { post, sight } = await conversation();
    for (const viewer of ['alice', 'bob', 'dave', null] as const) {
      const { text, codes } = await sight(viewer);
      expect(codes).toEqual([]);
      // entities twice, replyTo, ancestor, quoted, reply, by author, by hashtag
      expect(text.split(post).length - 1, `as ${viewer}`).toBe(8);
      expect(text.split("Bob's own words").length - 1).toBe(3);
    }
  });
});

describe('a post that does not exist for the viewer is on no path and no error', () => {
  it('when its author blocked them, nor does its author', async () => {
    const { post, sight } = await conversation();
    world.people.block('bob', 'dave');
    const { answer, text } = await sight('dave');
    expect(answer).toEqual({ codes: [], data: { ...nowhere, author: [null] } });
    expect(text).not.toContain(post);
  });

  it('when they blocked its author', async () => {
    const { sight } = await conversation();
    world.people.block('dave', 'bob');
    const { answer } = await sight('dave');
    expect(answer).toEqual({ codes: [], data: { ...nowhere, author: [{ posts: { edges: [] } }] } });
  });

  it('when the account is private and they do not follow it', async () => {
    const { post, sight } = await conversation();
    world.people.makePrivate('bob', 'alice');
    for (const viewer of ['dave', null] as const) {
      const { answer } = await sight(viewer);
      expect(answer).toEqual({ codes: [], data: { ...nowhere, author: [{ posts: { edges: [] } }] } });
    }
    expect((await sight('alice')).text.split(post).length - 1).toBe(8);
  });

  it('when it is for followers, which they are not', async () => {
    const { post, sight } = await conversation('FOLLOWERS');
    const { text, codes, answer } = await sight('dave');
    expect({ codes, byId: at(answer, 'byId') }).toEqual({ codes: [], byId: null });
    expect(text).not.toContain(post);
    expect((await sight('carol')).text).toContain("Bob's own words");
  });

  it('when it is deleted, for its author too', async () => {
    const { post, sight } = await conversation();
    await world.act('bob', 'deletePost', post);
    for (const viewer of ['alice', 'bob', null] as const) {
      const { text, codes } = await sight(viewer);
      expect(codes).toEqual([]);
      expect(text).not.toContain(post);
    }
    const missing = async (viewer: Name | null) =>
      at((await sight(viewer)).answer, 'reply.thread.ancestors.1.missing');
    expect([await missing('alice'), await missing('bob'), await missing(null)]).toEqual([
      'DELETED',
      'DELETED',
      'DELETED',
    ]);
    // To whom it was hidden it stays so: nothing tells them that it is gone.
    world.people.block('bob', 'dave');
    expect(await missing('dave')).toBe('HIDDEN');
    expect(await world.database.postHashtag.count({ where: { tag: `topic_${topics}x` } })).toBe(0);
  });

  it('when its author is suspended or gone', async () => {
    const { post, sight } = await conversation();
    for (const bit of ['authorSuspended', 'authorMissing'] as const) {
      world.people.relate('dave', 'bob', bit);
      const { answer, text } = await sight('dave');
      expect(answer.data).toEqual({ ...nowhere, author: [null] });
      expect(text).not.toContain(post);
    }
  });
});

it('a conversation is a node as long as its post is there for the viewer, and every hashtag is one', async () => {
  const root = await world.say('alice', 'Talk to me');
  const post = await world.say('bob', { text: 'I will #talk', replyToId: root });
  const read = (viewer: Name | null, keys: object[]) =>
    world.run(
      viewer,
      `query ($keys: [_Any!]!) { keys: _entities(representations: $keys) {
        ... on Thread { id post { id } ancestors { post { id } } } ... on Hashtag { id tag posts(first: 1) { edges { node { id } } } } } }`,
      { keys },
    );
  const made = await world.run(
    null,
    `{ post(id: "${post}") { thread { id } } hashtag(tag: "#Talk") { id } }`,
  );
  const thread = String(at(made, 'post.thread.id'));
  const tag = String(at(made, 'hashtag.id'));
  const keys = [
    { __typename: 'Thread', ref: thread },
    { __typename: 'Hashtag', ref: tag },
  ];
  expect(await read('dave', keys)).toMatchObject({
    codes: [],
    data: {
      keys: [
        { id: thread, post: { id: post }, ancestors: [{ post: { id: root } }] },
        { id: tag, tag: 'talk', posts: { edges: [{ node: { id: post } }] } },
      ],
    },
  });
  const unfolded = [
    { __typename: 'Hashtag', ref: encodeTagId('TALK') },
    { __typename: 'Hashtag', ref: encodeTagId('1') },
    { __typename: 'Hashtag', ref: 'tag_!' },
    { __typename: 'Thread', ref: post },
  ];
  expect(await read('dave', unfolded)).toMatchObject({ codes: [], data: { keys: [null, null, null, null] } });
  world.people.block('bob', 'dave');
  expect(await read('dave', keys.slice(0, 1))).toMatchObject({ codes: [], data: { keys: [null] } });
});

it('a mute keeps posts from coming up unasked, and from nothing else', async () => {
  const { post, sight } = await conversation();
  world.people.relate('dave', 'bob', 'viewerMutes');
  const { text, answer } = await sight('dave');
  expect(at(answer, 'hashtag.posts.edges')).toEqual([]);
  expect(text.split(post).length - 1).toBe(7);
});

it('who is mentioned may see the mention, wherever else it is hidden', async () => {
  world.people.makePrivate('bob');
  const post = await world.say('bob', { text: 'Psst @dave', visibility: 'MENTIONED' });
  const ask = `{ post(id: "${post}") { text } }`;
  expect((await world.run('dave', ask)).data).toEqual({ post: { text: 'Psst @dave' } });
  expect((await world.run('alice', ask)).data).toEqual({ post: null });
  const list = `{ _entities(representations: [{ __typename: "User", id: "usr_00000000002" }]) {
    ... on User { posts(first: 9) { edges { node { id } } } } } }`;
  expect(JSON.stringify((await world.run('dave', list)).data)).toContain(post);
  expect(JSON.stringify((await world.run('alice', list)).data)).not.toContain(post);
});

it('a mention of somebody who does not exist for the viewer is plain text, as one of nobody is', async () => {
  const post = await world.say('bob', 'Hello @carol');
  world.people.block('carol', 'dave');
  const ask = `{ post(id: "${post}") { facets { start ... on MentionFacet { user { id } } } } }`;
  expect((await world.run('dave', ask)).data).toEqual({ post: { facets: [] } });
  expect((await world.run('alice', ask)).data).toEqual({
    post: { facets: [{ start: 6, user: { id: 'usr_00000000003' } }] },
  });
  world.people.block('alice', 'bob');
  const own = await world.say('bob', 'Hello @alice');
  const stored = await world.database.post.findUniqueOrThrow({
    where: { id: decodeId('Post', own) as bigint },
  });
  expect(stored).toMatchObject({ facets: [], mentionedIds: [] });
});

it("without `user` nobody guesses: edges stay, their nodes are errors, one's own posts are there", async () => {
  const { sight } = await conversation();
  world.people.isAway = true;
  const { answer, codes } = await sight('dave');
  expect(new Set(codes)).toEqual(new Set(['DOWNSTREAM_ERROR']));
  expect(answer.data).toMatchObject({
    byId: null,
    entities: [null, null],
    reply: null,
    root: null,
    hashtag: { posts: { edges: [{ node: null }] } },
  });
  const own = await sight('bob');
  expect(at(own.answer, 'byId')).toEqual({ text: expect.stringContaining("Bob's own words") });
});
