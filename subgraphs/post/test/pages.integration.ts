import {
  byPlace,
  decodeId,
  type PageArguments,
  pageFrom,
  type Place,
  sealedCursorCodec,
} from '@murmuration/ids';
import { pageStatements, placeValues } from '@murmuration/postgres';
import {
  createPageLoader,
  fillLimits,
  type PagedRow,
  type PageRequest,
  visiblePage,
} from '@murmuration/service-kit/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.people.clear());

interface Page {
  edges: { cursor: string; node: { text: string } | null }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
}

const fields = `{ edges { cursor node { text } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
const lists = {
  author: (author: Name, args: string) =>
    [
      `{ _entities(representations: [{ __typename: "User", id: "usr_0000000000${author === 'bob' ? 2 : 1}" }]) {
      ... on User { posts(${args}) ${fields} } } }`,
      '_entities.0.posts',
    ] as const,
  replies: (post: string, args: string) =>
    [`{ post(id: "${post}") { thread { replies(${args}) ${fields} } } }`, 'post.thread.replies'] as const,
  hashtag: (tag: string, args: string) =>
    [`{ hashtag(tag: "${tag}") { posts(${args}) ${fields} } }`, 'hashtag.posts'] as const,
};

async function read(viewer: Name | null, [query, path]: readonly [string, string]) {
  const answer = await world.run(viewer, query);
  expect(answer.codes).toEqual([]);
  const page = at(answer, path) as Page;
  return { ...page.pageInfo, page, texts: page.edges.map(({ node }) => node?.text) };
}

const numbers = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_value, index) =>
    String(from < to ? from + index : from - index),
  );

describe('a page', () => {
  it("of a person's posts goes both ways, newest first, and stays in its place while more is said", async () => {
    for (const number of numbers(1, 9)) await world.say('bob', number);
    const first = await read(null, lists.author('bob', 'first: 4'));
    expect(first).toMatchObject({ texts: numbers(9, 6), hasNextPage: true, hasPreviousPage: false });
    await world.say('bob', '10');
    const second = await read(null, lists.author('bob', `first: 4, after: "${first.endCursor}"`));
    expect(second).toMatchObject({ texts: numbers(5, 2), hasNextPage: true, hasPreviousPage: true });
    const third = await read(null, lists.author('bob', `first: 4, after: "${second.endCursor}"`));
    expect(third).toMatchObject({ texts: ['1'], hasNextPage: false });
    const back = await read(null, lists.author('bob', `last: 4, before: "${second.startCursor}"`));
    expect(back).toMatchObject({ texts: numbers(9, 6), hasPreviousPage: true, hasNextPage: true });
    expect(await read(null, lists.author('bob', 'last: 2'))).toMatchObject({
      texts: ['2', '1'],
      hasNextPage: false,
    });
    const between = `first: 9, after: "${first.startCursor}", before: "${second.endCursor}"`;
    expect((await read(null, lists.author('bob', between))).texts).toEqual(numbers(8, 3));
    expect((await read(null, lists.author('bob', 'first: 0'))).page).toMatchObject({ edges: [] });
  });

  it('of what a follower, a stranger and the author may see is full for each', async () => {
    for (let round = 0; round < 12; round++) {
      const visibility = ['PUBLIC', 'FOLLOWERS', 'MENTIONED'][round % 3];
      await world.say('alice', { text: `${visibility} ${round} @dave`, visibility });
    }
    world.people.relate('carol', 'alice', 'viewerFollows');
    const see = async (viewer: Name | null) => (await read(viewer, lists.author('alice', 'first: 4'))).texts;
    expect(await see(null)).toEqual(['PUBLIC 9 @dave', 'PUBLIC 6 @dave', 'PUBLIC 3 @dave', 'PUBLIC 0 @dave']);
    expect(await see('carol')).toEqual([
      'FOLLOWERS 10 @dave',
      'PUBLIC 9 @dave',
      'FOLLOWERS 7 @dave',
      'PUBLIC 6 @dave',
    ]);
    // Mentioned in all of them: as much as alice herself sees.
    expect(await see('dave')).toEqual(await see('alice'));
    expect(await see('alice')).toEqual([
      'MENTIONED 11 @dave',
      'FOLLOWERS 10 @dave',
      'PUBLIC 9 @dave',
      'MENTIONED 8 @dave',
    ]);
  });

  it('of replies and of a hashtag is filled up where hidden ones would have stood', async () => {
    const root = await world.say('alice', 'Answer me');
    for (const number of numbers(1, 20)) {
      const name = Number(number) % 4 === 0 ? 'carol' : 'bob';
      await world.say(name, { text: `${number} #filled`, replyToId: root });
    }
    world.people.block('bob', 'dave');
    const replies = await read('dave', lists.replies(root, 'first: 3'));
    expect(replies).toMatchObject({ texts: ['4 #filled', '8 #filled', '12 #filled'], hasNextPage: true });
    const rest = await read('dave', lists.replies(root, `first: 3, after: "${replies.endCursor}"`));
    expect(rest).toMatchObject({ texts: ['16 #filled', '20 #filled'], hasNextPage: false });
    expect((await read('dave', lists.replies(root, 'last: 2'))).texts).toEqual(['16 #filled', '20 #filled']);
    expect((await read('dave', lists.hashtag('filled', 'first: 2'))).texts).toEqual([
      '20 #filled',
      '16 #filled',
    ]);
  });

  it('that hides too much to be filled leads on to where it ended', async () => {
    const root = await world.say('alice', 'A crowd');
    for (const number of numbers(1, 2 * fillLimits.rounds + 2)) {
      await world.say('bob', { text: number, replyToId: root });
    }
    await world.say('carol', { text: 'At last', replyToId: root });
    world.people.block('bob', 'dave');
    const short = await read('dave', lists.replies(root, 'first: 1'));
    expect(short).toMatchObject({ texts: [], hasNextPage: true, endCursor: expect.any(String) });
    const next = await read('dave', lists.replies(root, `first: 1, after: "${short.endCursor}"`));
    expect(next.texts).toEqual(['At last']);
  });

  it('carries no id of what is hidden, or may be, in a cursor', async () => {
    const root = await world.say('alice', 'Root');
    const hidden: string[] = [];
    for (const number of numbers(1, 2 * fillLimits.rounds + 1)) {
      hidden.push(await world.say('bob', { text: number, replyToId: root }));
    }
    world.people.block('bob', 'dave');
    const short = await read('dave', lists.replies(root, 'first: 1'));
    const carries = (cursor: string, id: string) =>
      Buffer.from(cursor, 'base64url')
        .toString('latin1')
        .includes(`.${decodeId('Post', id)?.toString(36)}`);
    expect(hidden.filter((id) => carries(short.endCursor, id))).toEqual([]);

    const own = await world.say('dave', 'Mine');
    const reply = await world.say('carol', { text: 'Yours?', replyToId: own });
    world.people.isAway = true;
    await world.cached.client.flushall();
    const [query, path] = lists.replies(own, 'first: 1');
    const answer = await world.run('dave', query);
    expect(answer.codes).toEqual(['DOWNSTREAM_ERROR']);
    const { edges } = at(answer, path) as Page;
    expect(edges).toEqual([{ cursor: expect.any(String), node: null }]);
    expect(carries(edges[0]?.cursor ?? '', reply)).toBe(false);
    world.people.isAway = false;
  });
});

it('arguments that make no sense are named', async () => {
  const root = await world.say('alice', 'Page me');
  const { endCursor } = await read(null, lists.replies(root, 'first: 1')).then(async () =>
    read(null, lists.author('alice', 'first: 1')),
  );
  const home = Buffer.from('home.1.abc').toString('base64url');
  for (const args of [
    '',
    'first: 1, last: 1',
    'first: 101',
    'first: 100000',
    'first: -1',
    'first: 1, after: "nonsense"',
    `first: 1, after: "${home}"`,
    `first: 1, after: "${endCursor}x"`,
  ]) {
    const [query] = args
      ? lists.replies(root, args)
      : [`{ post(id: "${root}") { thread { replies ${fields} } } }`];
    expect((await world.run(null, query)).codes, args).toEqual(['BAD_USER_INPUT']);
  }
  for (const query of [
    '{ post(id: "usr_00000000001") { id } }',
    '{ post(id: "x") { id } }',
    '{ hashtag(tag: "no tag") { tag } }',
  ]) {
    expect((await world.run(null, query)).codes, query).toEqual(['BAD_USER_INPUT']);
  }
});

it('a long thread shows its last hundred ancestors in order', async () => {
  let last = await world.say('alice', '0');
  for (let depth = 1; depth <= 103; depth++) {
    last = await world.say(depth % 2 ? 'bob' : 'alice', { text: String(depth), replyToId: last });
  }
  const query = `{ post(id: "${last}") { thread { ancestors { post { text } } } } }`;
  const ancestors = at(await world.run(null, query), 'post.thread.ancestors') as { post: { text: string } }[];
  expect(ancestors.map(({ post }) => post.text)).toEqual(numbers(3, 102));
});

it('a list in the order of any key, with equal ones, is one statement for many owners, and stays whole', async () => {
  interface Ranked extends PagedRow<Place> {
    name: string;
  }
  await world.database.$executeRaw`CREATE TABLE ranked (owner bigint, score bigint, id bigint)`;
  await world.database
    .$executeRaw`INSERT INTO ranked SELECT o, n % 3, n FROM generate_series(1, 2) o, generate_series(1, 20) n`;
  const pages = pageStatements(
    'ranked-pages',
    (direction) => `SELECT asked.ordinal, found.score, found.id FROM
      unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        WITH ORDINALITY AS asked (owner, low_key, low_id, high_key, high_id, ordinal)
      CROSS JOIN LATERAL (SELECT r.score, r.id FROM ranked r
        WHERE r.owner = asked.owner AND (r.score, r.id) > (asked.low_key, asked.low_id)
          AND (r.score, r.id) < (asked.high_key, asked.high_id)
        ORDER BY r.score ${direction}, r.id ${direction} LIMIT $6) found
      ORDER BY asked.ordinal, found.score ${direction}, found.id ${direction}`,
  );
  const cursors = sealedCursorCodec('ranked', world.keys, 1, byPlace);
  let statements = 0;
  const loader = createPageLoader(
    'newest',
    async (request: PageRequest<bigint, Place>): Promise<Ranked[]> => {
      statements += 1;
      const rows = await world.database.$reads.query<{ ordinal: bigint; score: bigint; id: bigint }>(
        pages[request.direction],
        placeValues(request),
      );
      return rows.map(({ id, ordinal, score }) => ({
        ordinal,
        key: { key: score, id },
        name: `${score} ${id}`,
      }));
    },
    byPlace,
  );
  const readPage = (owner: bigint, args: PageArguments) =>
    visiblePage(
      cursors,
      pageFrom(args, cursors),
      (page) => loader.load({ owner, page, rule: 0 }),
      async ({ name }) => (name === '1 10' ? null : name),
    );
  const expected = numbers(20, 1)
    .map(Number)
    .toSorted((a, b) => (b % 3) - (a % 3) || b - a)
    .map((n) => `${n % 3} ${n}`)
    .filter((name) => name !== '1 10');
  for (const size of [1, 4, 7, 50]) {
    const walked: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo } = await readPage(1n, { first: size, after });
      walked.push(...edges.map(({ node }) => node));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(walked).toEqual(expected);
  }
  const last = (await readPage(2n, { last: 3 })).edges.map(({ node }) => node);
  expect(last).toEqual(expected.slice(-3));
  statements = 0;
  await Promise.all([readPage(1n, { first: 2 }), readPage(2n, { first: 2 })]);
  expect(statements).toBe(1);
});
