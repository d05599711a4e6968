import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, cast, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.people.clear();
  world.people.isAway = false;
});

interface Page {
  edges: { cursor: string; repostedAt?: string | null; node: { id?: string; text?: string } | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const nameOf = (id: string | undefined) =>
  (Object.keys(cast) as Name[]).find((name) => encodeId('User', cast[name]) === id);

/** Who is in a list of people of a post, by name. */
async function people(viewer: Name | null, postId: string, list: string) {
  const query = `query ($postId: ID!) { post(id: $postId) { ${list} { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }`;
  const answer = await world.run(viewer, query, { postId });
  const page = at(answer, `post.${list.split('(')[0]}`) as Page;
  return { ...answer, page, names: page.edges.map(({ node }) => (node ? nameOf(node.id) : null)) };
}

describe.each([
  ['likedBy', 'likePost', 'unlikePost'],
  ['repostedBy', 'createRepost', 'deleteRepost'],
] as const)('%s', (list, act, takeBack) => {
  it('holds who did it, the latest first, a page at a time, and not who took it back', async () => {
    const post = await world.say('alice', 'Judge me');
    for (const name of ['alice', 'bob', 'carol', 'dave'] as const) await world.act(name, act, post);
    await world.act('bob', takeBack, post);
    const first = await people(null, post, `${list}(first: 2)`);
    expect(first.names).toEqual(['dave', 'carol']);
    expect(first.page.pageInfo.hasNextPage).toBe(true);
    // The place of a page does not move with what others do.
    await world.act('bob', act, post);
    const second = await people(null, post, `${list}(first: 2, after: "${first.page.pageInfo.endCursor}")`);
    expect(second.names).toEqual(['alice']);
    expect((await people(null, post, `${list}(last: 1)`)).names).toEqual(['alice']);
    expect((await people(null, post, `${list}(first: 9)`)).names).toEqual(['bob', 'dave', 'carol', 'alice']);
  });

  it('leaves out who blocks or is blocked, and who is private to strangers, while the count stays', async () => {
    const post = await world.say('alice', 'Judge me again');
    for (const name of ['bob', 'carol', 'dave'] as const) await world.act(name, act, post);
    world.people.block('bob', 'alice');
    world.people.makePrivate('carol', 'dave');
    expect((await people('alice', post, `${list}(first: 9)`)).names).toEqual(['dave']);
    expect((await people('dave', post, `${list}(first: 9)`)).names).toEqual(['dave', 'carol', 'bob']);
    expect((await people('carol', post, `${list}(first: 9)`)).names).toEqual(['dave', 'carol', 'bob']);
    expect((await people(null, post, `${list}(first: 9)`)).names).toEqual(['dave', 'bob']);
    const count = act === 'likePost' ? 'likeCount' : 'repostCount';
    const counted = await world.run('alice', `{ post(id: "${post}") { ${count} } }`);
    expect(at(counted, `post.${count}`)).toBe(3);
  });

  it('keeps its edges without nodes while nobody can say who may be seen, and tells no place of theirs', async () => {
    const post = await world.say('alice', 'Judge me in the dark');
    await world.act('bob', act, post);
    const open = (await people('alice', post, `${list}(first: 9)`)).page.edges[0]?.cursor;
    world.people.isAway = true;
    await world.cached.client.flushall();
    const dark = await people('alice', post, `${list}(first: 9)`);
    expect(dark.codes).toEqual(['DOWNSTREAM_ERROR']);
    expect(dark.names).toEqual([null]);
    expect(dark.page.edges[0]?.cursor).not.toBe(open);
  });

  it('refuses the cursor of another list', async () => {
    const post = await world.say('alice', 'Judge me elsewhere');
    await world.act('bob', act, post);
    const { page } = await people(null, post, `${list}(first: 1)`);
    const other = list === 'likedBy' ? 'repostedBy' : 'likedBy';
    const query = `{ post(id: "${post}") { ${other}(first: 1, after: "${page.pageInfo.endCursor}") { edges { cursor } } } }`;
    const refused = await world.run(null, query);
    expect(refused.codes).toEqual(['BAD_USER_INPUT']);
  });
});

it('quotes hold what the viewer may see, newest first, and not what was deleted', async () => {
  const post = await world.say('alice', 'Quote me');
  const quote = (name: Name, text: string, visibility = 'PUBLIC') =>
    world.say(name, { text, quotedId: post, visibility });
  await quote('bob', 'first');
  await quote('carol', 'followers only', 'FOLLOWERS');
  const gone = await quote('dave', 'gone');
  await quote('dave', 'last');
  await world.act('dave', 'deletePost', gone);
  const read = async (viewer: Name | null, args: string) => {
    const answer = await world.run(
      viewer,
      `{ post(id: "${post}") { quotes(${args}) { edges { node { text } } pageInfo { hasNextPage endCursor } } } }`,
    );
    return at(answer, 'post.quotes') as Page;
  };
  const texts = ({ edges }: Page) => edges.map(({ node }) => node?.text);
  const first = await read(null, 'first: 1');
  expect(texts(first)).toEqual(['last']);
  expect(texts(await read(null, `first: 9, after: "${first.pageInfo.endCursor}"`))).toEqual(['first']);
  world.people.relate('alice', 'carol', 'viewerFollows');
  expect(texts(await read('alice', 'first: 9'))).toEqual(['last', 'followers only', 'first']);
  world.people.block('bob', 'alice');
  expect(texts(await read('alice', 'first: 9'))).toEqual(['last', 'followers only']);
});

describe('what somebody likes', () => {
  const read = async (viewer: Name | null, args = 'first: 9', owner: Name = 'bob') => {
    const answer = await world.run(
      viewer,
      `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on User {
        likedPosts(${args}) { edges { cursor node { text } } pageInfo { hasNextPage endCursor } } } } }`,
      { keys: [{ __typename: 'User', id: encodeId('User', cast[owner]) }] },
    );
    const [person] = at(answer, '_entities') as ({ likedPosts: Page | null } | null)[];
    return { ...answer, page: person?.likedPosts ?? null };
  };
  const texts = (page: Page | null) => page?.edges.map(({ node }) => node?.text ?? null);
  const show = (name: Name | null, isShown: boolean) =>
    world.run(
      name,
      `mutation { updateLikesVisibility(input: { showsLikes: ${isShown} }) { viewer { showsLikes } errors { message } } }`,
    );

  beforeAll(async () => {
    world.people.clear();
    for (const [author, input] of [
      ['alice', { text: 'first' }],
      ['carol', { text: 'for followers', visibility: 'FOLLOWERS' }],
      ['dave', { text: 'taken back' }],
      ['dave', { text: 'deleted' }],
      ['alice', { text: 'last' }],
    ] as const) {
      if (author === 'carol') world.people.relate('bob', 'carol', 'viewerFollows');
      const post = await world.say(author, input);
      await world.act('bob', 'likePost', post);
      if (input.text === 'taken back') await world.act('bob', 'unlikePost', post);
      if (input.text === 'deleted') await world.act('dave', 'deletePost', post);
    }
  });

  it('is their own to see until they show it, and again when they no longer do', async () => {
    world.people.relate('bob', 'carol', 'viewerFollows');
    expect(texts((await read('bob')).page)?.slice(0, 3)).toEqual(['last', 'for followers', 'first']);
    expect([(await read('alice')).page, (await read(null)).page]).toEqual([null, null]);
    expect(at(await show('bob', true), 'updateLikesVisibility')).toEqual({
      viewer: { showsLikes: true },
      errors: [],
    });
    expect(texts((await read('alice')).page)?.slice(0, 2)).toEqual(['last', 'first']);
    await show('bob', true);
    expect(at(await world.run('bob', '{ viewer { showsLikes } }'), 'viewer.showsLikes')).toBe(true);
    expect(at(await show('bob', false), 'updateLikesVisibility.viewer.showsLikes')).toBe(false);
    expect((await read('alice')).page).toBeNull();
    expect((await show(null, true)).codes).toEqual(['UNAUTHENTICATED']);
    await show('bob', true);
  });

  it('holds what the viewer may see, a page at a time', async () => {
    const first = await read(null, 'first: 1');
    expect(texts(first.page)).toEqual(['last']);
    expect(first.page?.pageInfo.hasNextPage).toBe(true);
    const rest = await read(null, `first: 1, after: "${first.page?.pageInfo.endCursor}"`);
    expect(texts(rest.page)).toEqual(['first']);
    world.people.relate('dave', 'carol', 'viewerFollows');
    expect(texts((await read('dave')).page)?.slice(0, 3)).toEqual(['last', 'for followers', 'first']);
    world.people.block('alice', 'dave');
    expect(texts((await read('dave')).page)?.[0]).toBe('for followers');
  });

  it('is not there for who may not see their public posts, nor while nobody can say that', async () => {
    world.people.makePrivate('bob', 'carol');
    expect([(await read('alice')).page, (await read(null)).page]).toEqual([null, null]);
    expect((await read('carol')).page).not.toBeNull();
    world.people.clear();
    world.people.block('bob', 'alice');
    expect(at(await read('alice'), '_entities')).toEqual([null]);
    world.people.clear();
    world.people.relate('alice', 'bob', 'viewerBlocks');
    expect((await read('alice')).page).toBeNull();
  });
});
