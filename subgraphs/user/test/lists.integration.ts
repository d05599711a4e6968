import { decodeId, encodeId, encodeTagId } from '@murmuration/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, createCast, enter } from './support/cast.ts';
import { createPlatform, type Platform } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let fans: Actor[];

beforeAll(async () => {
  platform = await createPlatform({ relationLeaseMs: 1 });
  ({ alice, bob, carol } = await createCast(platform));
  fans = [];
  for (const letter of 'abcdefg') {
    const fan = await enter(platform, `fan_${letter}`);
    await fan.to('followUser', alice);
    fans.push(fan);
  }
});
afterAll(() => platform.close());

interface List {
  edges: { cursor: string; node: { handle: string } | null }[];
  pageInfo: Record<string, unknown>;
}

async function followers(
  args: string,
  viewer: Pick<Platform, 'run'> = platform,
  of = 'alice',
): Promise<List> {
  const { data, errors } = await viewer.run(`{ user(handle: "${of}") { followers(${args}) {
    edges { cursor node { handle } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`);
  if (!data) throw new Error(JSON.stringify(errors));
  return (data['user'] as { followers: List }).followers;
}

const handles = (list: List) => list.edges.map((edge) => edge.node?.handle ?? null);

describe('a list of people', () => {
  it('goes newest first, forwards and backwards, without gap or repeat', async () => {
    const first = await followers('first: 3');
    expect(handles(first)).toEqual(['fan_g', 'fan_f', 'fan_e']);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const next = await followers(`first: 10, after: "${first.pageInfo['endCursor']}"`);
    expect(handles(next)).toEqual(['fan_d', 'fan_c', 'fan_b', 'fan_a']);
    expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = await followers(`last: 2, before: "${next.pageInfo['startCursor']}"`);
    expect(handles(back)).toEqual(['fan_f', 'fan_e']);
    expect(handles(await followers('last: 2'))).toEqual(['fan_b', 'fan_a']);
    expect(await followers('first: 0')).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
  });

  it('leaves out who hides from the viewer, and pages stay full', async () => {
    await fans[6]?.to('blockUser', bob);
    expect(handles(await followers('first: 3', bob))).toEqual(['fan_f', 'fan_e', 'fan_d']);
    expect(handles(await followers('first: 3', carol))).toEqual(['fan_g', 'fan_f', 'fan_e']);
    await fans[6]?.to('unblockUser', bob);
  });

  it.each([
    ['first: 1, last: 1', /not both/],
    ['', /Give `first` or `last`/],
    ['first: 100000', /between 0 and 100/],
    ['first: -1', /between 0 and 100/],
    ['first: 1, after: "???"', /`after` is not a cursor/],
  ])('calls bad arguments by name: %s', async (args, message) => {
    const list = args ? `followers(${args})` : 'followers';
    const { errors } = await platform.run(`{ user(handle: "alice") { ${list} { edges { cursor } } } }`);
    expect(errors).toEqual([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) }]);
  });

  it('refuses a cursor of another list', async () => {
    const { pageInfo } = await followers('first: 1');
    const { errors } = await platform.run(
      `{ user(handle: "alice") { following(first: 1, after: "${pageInfo['startCursor']}") { edges { cursor } } } }`,
    );
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  it('of a private account is for itself and those it accepted', async () => {
    const privately = (isPrivate: boolean) =>
      alice.run(`mutation { updateProfile(input: { isPrivate: ${isPrivate} }) { errors { message } } }`);
    await privately(true);
    expect(handles(await followers('first: 2', bob))).toEqual([]);
    expect(handles(await followers('first: 2'))).toEqual([]);
    expect(handles(await followers('first: 2', fans[0]))).toEqual(['fan_g', 'fan_f']);
    expect(handles(await followers('first: 2', alice))).toEqual(['fan_g', 'fan_f']);
    await bob.to('followUser', alice);
    const requests = '{ viewer { followRequests(first: 5) { edges { node { handle } } } } }';
    expect((await alice.run(requests)).data).toEqual({
      viewer: { followRequests: { edges: [{ node: { handle: 'bob' } }] } },
    });
    expect((await bob.run(requests)).data).toEqual({ viewer: { followRequests: { edges: [] } } });
    expect((await platform.run(requests)).data).toEqual({ viewer: null });
    await bob.to('unfollowUser', alice);
    await privately(false);
  });

  it('of the followers one knows holds whom the viewer follows, and is for who may see the followers', async () => {
    const read = async (viewer: Pick<Platform, 'run'>, args = 'first: 2') => {
      const { data } = await viewer.run(
        `{ user(handle: "alice") { knownFollowers(${args}) { edges { cursor node { handle } } pageInfo { hasNextPage endCursor } } } }`,
      );
      const { user } = data as { user: { knownFollowers: List | null } };
      return user.knownFollowers;
    };
    for (const fan of [fans[1], fans[4], fans[6]]) if (fan) await carol.to('followUser', fan);
    const first = await read(carol);
    expect(handles(first as List)).toEqual(['fan_g', 'fan_e']);
    expect(first?.pageInfo).toMatchObject({ hasNextPage: true });
    const rest = await read(carol, `first: 2, after: "${first?.pageInfo['endCursor']}"`);
    expect(handles(rest as List)).toEqual(['fan_b']);
    expect(handles((await read(carol, 'last: 1')) as List)).toEqual(['fan_b']);
    expect(handles((await read(bob)) as List)).toEqual([]);
    expect([await read(platform), await read(alice)]).toEqual([null, null]);
    await alice.run('mutation { updateProfile(input: { isPrivate: true }) { errors { message } } }');
    expect(handles((await read(carol)) as List)).toEqual([]);
    await alice.run('mutation { updateProfile(input: { isPrivate: false }) { errors { message } } }');
    for (const fan of fans) await carol.to('unfollowUser', fan);
  });

  it('of the blocked and the muted is for their owner', async () => {
    await carol.to('blockUser', bob);
    await carol.to('muteUser', alice);
    const own = `{ viewer { blockedUsers(first: 5) { edges { node { handle } } }
      mutedUsers(first: 5) { edges { node { handle } } } } }`;
    expect((await carol.run(own)).data).toEqual({
      viewer: {
        blockedUsers: { edges: [{ node: { handle: 'bob' } }] },
        mutedUsers: { edges: [{ node: { handle: 'alice' } }] },
      },
    });
    expect((await alice.run(own)).data).toEqual({
      viewer: { blockedUsers: { edges: [] }, mutedUsers: { edges: [] } },
    });
    await carol.to('unblockUser', bob);
  });
});

describe('statements', () => {
  it('are the same few for any number of people', async () => {
    const query = `query ($first: Int!) { user(handle: "alice") { handle followerCount viewerRelation { isFollowing }
      followers(first: $first) { edges { node { handle followerCount viewerRelation { isFollowedBy }
        followers(first: 3) { edges { cursor } } following(first: 3) { edges { cursor } } } } } } }`;
    const cost = async (first: number) => {
      platform.statements.length = 0;
      const { errors } = await bob.run(query, { first });
      expect(errors).toBeUndefined();
      return platform.statements.length;
    };
    expect(await cost(1)).toBe(7);
    expect(await cost(7)).toBe(7);
  });

  it('for entities too, by id and by handle', async () => {
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on User { handle followingCount viewerRelation { isMuting } } } }`;
    const cost = async (people: Actor[]) => {
      platform.statements.length = 0;
      const representations = people.flatMap(({ id, handle }) => [
        { __typename: 'User', id },
        { __typename: 'User', handle },
      ]);
      const { data } = await bob.run(query, { r: representations });
      expect(data?.['_entities']).toHaveLength(2 * people.length);
      return platform.statements.length;
    };
    expect([await cost([alice]), await cost([alice, carol, ...fans])]).toEqual([3, 3]);
  });

  it('are three for a change: who is meant, the change, how they stand now', async () => {
    platform.statements.length = 0;
    await carol.to('followUser', bob);
    expect(platform.statements).toHaveLength(3);
    await carol.to('unfollowUser', bob);
  });
});

describe('any object by its id', () => {
  const nodes = async (ids: string[], viewer: Pick<Platform, 'run'> = platform) =>
    viewer.run('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on User { handle } } }', { ids });

  it('is found in order; strangers to this graph are null', async () => {
    const post = encodeId('Post', 5n);
    platform.posts = new Set([post]);
    platform.postCalls = 0;
    const strangers = [encodeId('Post', 6n), encodeId('User', 5n), encodeId('Notification', 5n)];
    expect((await nodes([bob.id, post, ...strangers, alice.id])).data).toEqual({
      nodes: [
        { __typename: 'User', handle: 'bob' },
        { __typename: 'Post' },
        null,
        null,
        null,
        { __typename: 'User', handle: 'alice' },
      ],
    });
    expect(platform.postCalls).toBe(1);
  });

  it('is asked of its owner once for all types of that owner, and a viewer is none', async () => {
    const ids = [encodeId('Post', 5n), encodeId('Thread', 5n), encodeTagId('birds')];
    platform.posts = new Set(ids);
    platform.postCalls = 0;
    const viewer = encodeId('Viewer', decodeId('User', alice.id) ?? 0n);
    expect((await nodes([...ids, viewer, encodeTagId('else')], alice)).data).toEqual({
      nodes: [{ __typename: 'Post' }, { __typename: 'Thread' }, { __typename: 'Hashtag' }, null, null],
    });
    expect(platform.postCalls).toBe(1);
  });

  it('is an error in its place when it cannot be answered, and the others are there', async () => {
    platform.posts = null;
    const { data, errors } = await nodes([alice.id, 'nonsense', encodeId('Post', 5n), bob.id]);
    expect(data).toEqual({
      nodes: [{ __typename: 'User', handle: 'alice' }, null, null, { __typename: 'User', handle: 'bob' }],
    });
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: '`ids[1]` is not an id.' },
      { code: 'DOWNSTREAM_ERROR' },
    ]);
  });

  it('does not exist for who is blocked, on any path', async () => {
    await alice.to('blockUser', bob);
    const representations = [
      { __typename: 'User', id: alice.id },
      { __typename: 'User', handle: 'ALICE' },
    ];
    const query = `query ($r: [_Any!]!, $id: ID!) { user(handle: "alice") { id } node(id: $id) { id }
      _entities(representations: $r) { ... on User { id } } }`;
    const seen = { id: alice.id };
    const ask = async (viewer: Pick<Platform, 'run'>) =>
      (await viewer.run(query, { r: representations, id: alice.id })).data;
    expect(await ask(bob)).toEqual({ user: null, node: null, _entities: [null, null] });
    expect(await ask(carol)).toEqual({ user: seen, node: seen, _entities: [seen, seen] });
    expect((await alice.run('{ user(handle: "bob") { viewerRelation { isBlocking } } }')).data).toEqual({
      user: { viewerRelation: { isBlocking: true } },
    });
    await alice.to('unblockUser', bob);
  });

  it.each(['', 'alice', 'tag_', 'tag_b!', 'xyz_00000000001', 'usr_0000000000!', 'usr_zzzzzzzzzzz'])(
    'is called bad input: %j',
    async (id) => {
      const { errors } = await nodes([id]);
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    },
  );

  it('is asked for a hundred at most', async () => {
    const { errors } = await nodes(Array.from({ length: 101 }, () => alice.id));
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(/100/) }]);
  });
});
