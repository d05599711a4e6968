import { anonymous, type Identity } from '@murmuration/service-kit';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import { decodeId, encodeId } from '@murmuration/ids';
import { relationKey } from '@murmuration/relationships';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listOf } from '../src/belonging/source.ts';
import { eraseAll } from '../src/erasure/erase.ts';
import { retireLists } from '../src/lists/retire.ts';
import { createTimelineSubgraph } from '../src/server.ts';
import { listen, openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let live: TestLive;
let rest: bigint[];

beforeAll(async () => {
  town = createTown(60);
  rest = [...town.people];
  live = await openLive(town, { listLimits: { perPerson: 3, followed: 2, members: 4 } });
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(() => live.close());

const take = (count: number) => rest.splice(0, count) as [bigint, bigint, bigint, bigint, bigint];
const user = (person: bigint) => encodeId('User', person);
const newest = () => town.posts().at(-1)?.id ?? 0n;

interface Answer {
  list: { id: string } | null;
  errors: { code: string; path: string[] | null }[];
}

/** As `person`, nobody who is known where it is null; loosely: tests say what they expect. */
async function ask<Data>(person: bigint | null, query: string, variables: Record<string, unknown> = {}) {
  const identity: Identity =
    person === null ? anonymous : { kind: 'viewer', subject: user(person), session: encodeId('Session', 1n) };
  const context = createRequestContext({ identity, requestId: 'r', logger: live.logger });
  const subgraph = createTimelineSubgraph(live.services, live.logger);
  const { data, errors } = await subgraph.execute({ query, variables }, context);
  if (errors) throw new Error(errors.map(({ message }) => message).join());
  return data as Data;
}

async function change(person: bigint, field: string, input: Record<string, unknown>): Promise<Answer> {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const list = field === 'deleteList' ? '' : 'list { id }';
  const query = `mutation ($input: ${type}!) { done: ${field}(input: $input) { ${list} errors { code path } } }`;
  return (await ask<{ done: Answer }>(person, query, { input })).done;
}

const codes = ({ errors }: Answer) => errors.map(({ code }) => code);
const made = async (person: bigint, input: Record<string, unknown> = {}) =>
  (await change(person, 'createList', { name: 'Birds', ...input })).list?.id ?? '';
const put = (owner: bigint, listId: string, member: bigint) =>
  change(owner, 'addListMember', { listId, userId: user(member) });

const summary = `query ($id: ID!) { list(id: $id) { name description isPrivate owner { id } memberCount followerCount viewerFollows
  members(first: 10) { edges { node { id } } } } }`;
const seen = async (person: bigint | null, id: string) =>
  (await ask<{ list: Record<string, unknown> | null }>(person, summary, { id })).list;
async function membersFor(person: bigint | null, id: string) {
  const list = (await seen(person, id)) as { members: { edges: { node: { id: string } }[] } } | null;
  return list?.members.edges.map(({ node }) => node.id);
}

const timeline = `query ($id: ID!, $first: Int) { listTimeline(listId: $id, first: $first) {
  edges { cursor node { id } } pageInfo { hasNextPage } liveCursor unseenPostCount } }`;
interface Page {
  edges: { cursor: string; node: { id: string } }[];
  liveCursor: string;
  unseenPostCount: number | null;
}
const page = async (person: bigint | null, id: string) =>
  (await ask<{ listTimeline: Page | null }>(person, timeline, { id, first: 10 })).listTimeline;
const told = async (person: bigint | null, id: string) =>
  (await page(person, id))?.edges.map(({ node }) => node.id);

async function say(author: bigint, text = 'a word', of: Parameters<Town['post']>[1] = {}): Promise<string> {
  await live.apply(town.post(author, of, text));
  return encodeId('Post', newest());
}

/** What `user` does before it acknowledges that relations changed. */
async function happened(changes: Parameters<TestLive['apply']>[0]): Promise<void> {
  const namespace = live.redis.namespace();
  if (namespace !== null)
    await live.redis.client.del(town.people.map((person) => relationKey(namespace, person)));
  await live.apply(changes);
}

test('a list is made once, changed and deleted by its owner', async () => {
  const [anna, ben] = take(2);
  const input = { name: ' Birds ', description: 'of all kinds', idempotencyKey: 'one' };
  const [id, again] = [await made(anna, input), await made(anna, input)];
  expect(again).toBe(id);
  expect(codes(await change(anna, 'createList', { ...input, name: 'Fish' }))).toEqual([
    'IDEMPOTENCY_KEY_REUSED',
  ]);
  expect(await seen(ben, id)).toMatchObject({
    name: 'Birds',
    description: 'of all kinds',
    isPrivate: false,
    owner: { id: user(anna) },
    memberCount: 0,
    viewerFollows: false,
  });
  expect(codes(await change(anna, 'updateList', { listId: id, name: 'Fish', isPrivate: true }))).toEqual([]);
  expect([await seen(ben, id), await seen(null, id)]).toEqual([null, null]);
  expect(await seen(anna, id)).toMatchObject({ name: 'Fish', description: 'of all kinds', isPrivate: true });
  await put(anna, id, ben);
  expect(codes(await change(anna, 'deleteList', { listId: id }))).toEqual([]);
  expect(await seen(anna, id)).toBeNull();
  expect(codes(await change(anna, 'deleteList', { listId: id }))).toEqual(['NOT_FOUND']);
  expect(codes(await change(anna, 'createList', input)), 'it is not made again').toEqual(['NOT_FOUND']);
});

test('what cannot be done has a name and changes nothing', async () => {
  const [anna, ben, cleo, dora, egon] = take(5);
  const open = await made(anna);
  const closed = await made(anna, { isPrivate: true });
  const userId = user(cleo);
  const refused = async (person: bigint, field: string, input: Record<string, unknown>) =>
    codes(await change(person, field, input))[0];
  expect(await refused(anna, 'createList', { name: ' \u3164 ' })).toBe('INVALID_VALUE');
  expect(await refused(anna, 'createList', { name: 'x'.repeat(51) })).toBe('INVALID_VALUE');
  expect(await refused(anna, 'updateList', { listId: open, name: 'a\nb' })).toBe('INVALID_VALUE');
  for (const field of ['addListMember', 'removeListMember']) {
    expect(await refused(ben, field, { listId: open, userId })).toBe('NOT_ALLOWED');
    expect(await refused(ben, field, { listId: closed, userId })).toBe('NOT_FOUND');
    expect(await refused(anna, field, { listId: userId, userId })).toBe('INVALID_VALUE');
    expect(await refused(anna, field, { listId: open, userId: open })).toBe('INVALID_VALUE');
  }
  expect(await refused(ben, 'updateList', { listId: open, name: 'Mine' })).toBe('NOT_ALLOWED');
  expect(await refused(ben, 'deleteList', { listId: open })).toBe('NOT_ALLOWED');
  expect(await refused(ben, 'followList', { listId: closed })).toBe('NOT_FOUND');
  expect(await refused(anna, 'followList', { listId: open })).toBe('ONESELF');
  expect(await refused(anna, 'addListMember', { listId: open, userId: encodeId('User', 7n) })).toBe(
    'NOT_FOUND',
  );
  await happened([...town.block(cleo, anna), ...town.block(anna, dora)]);
  expect(await refused(anna, 'addListMember', { listId: open, userId }), 'who blocked the owner').toBe(
    'NOT_FOUND',
  );
  expect(await refused(anna, 'addListMember', { listId: open, userId: user(dora) })).toBe('BLOCKED');
  expect(await seen(egon, open)).toMatchObject({ name: 'Birds', memberCount: 0, followerCount: 0 });
});

test('lists, members and followed lists have limits; doing again what was done is none', async () => {
  const [anna, ben] = take(2);
  const people = rest.splice(0, 5);
  const ids = [await made(anna), await made(anna), await made(anna)];
  const [id = ''] = ids;
  expect(codes(await change(anna, 'createList', { name: 'Four' }))).toEqual(['LIMIT_REACHED']);
  const added = await Promise.all(people.map((person) => put(anna, id, person)));
  expect(added.flatMap(codes), 'of five at once').toEqual(['LIMIT_REACHED']);
  const members = (await membersFor(anna, id)) ?? [];
  expect([members.length, (await seen(anna, id))?.['memberCount']]).toEqual([4, 4]);
  expect(codes(await change(anna, 'addListMember', { listId: id, userId: members[0] }))).toEqual([]);
  await Promise.all([1, 2].map(() => change(anna, 'removeListMember', { listId: id, userId: members[0] })));
  expect(await seen(anna, id)).toMatchObject({ memberCount: 3 });
  const follows: string[][] = [];
  for (const listId of [id, ...ids]) follows.push(codes(await change(ben, 'followList', { listId })));
  expect(follows).toEqual([[], [], [], ['LIMIT_REACHED']]);
  expect(await seen(ben, id)).toMatchObject({ viewerFollows: true, followerCount: 1 });
  await change(ben, 'unfollowList', { listId: id });
  expect(await seen(ben, id)).toMatchObject({ viewerFollows: false, followerCount: 0 });
});

test('what somebody made, and what they follow and may see, the newest first', async () => {
  const [anna, ben, cleo] = take(3);
  const [first, second] = [await made(anna), await made(anna)];
  const third = await made(cleo);
  for (const listId of [first, second, third])
    expect(codes(await change(ben, 'followList', { listId }))).toEqual(
      listId === third ? ['LIMIT_REACHED'] : [],
    );
  const query = `{ viewer { lists(first: 5) { edges { node { id } } } followedLists(last: 5) { edges { node { id } } } } }`;
  type Lists = { edges: { node: { id: string } }[] };
  async function listsOf(person: bigint) {
    const { viewer } = await ask<{ viewer: { lists: Lists; followedLists: Lists } }>(person, query);
    const ids = ({ edges }: Lists) => edges.map(({ node }) => node.id);
    return [ids(viewer.lists), ids(viewer.followedLists)];
  }
  expect(await listsOf(anna)).toEqual([[second, first], []]);
  expect(await listsOf(ben)).toEqual([[], [second, first]]);
  await change(anna, 'updateList', { listId: second, isPrivate: true });
  expect(await listsOf(ben)).toEqual([[], [first]]);
  await happened(town.setAccount(anna, { isPrivate: true }));
  expect(await listsOf(ben), 'as her posts').toEqual([[], []]);
  await happened(town.follow(ben, anna));
  expect(await listsOf(ben)).toEqual([[], [first]]);
});

test('who is hidden is left out of members; a block with the owner leaves out for all', async () => {
  const [anna, ben, cleo, dora] = take(4);
  const id = await made(anna);
  for (const member of [ben, cleo, dora]) await put(anna, id, member);
  const all = [user(dora), user(cleo), user(ben)];
  expect(await membersFor(null, id)).toEqual(all);
  await happened(town.block(cleo, ben));
  expect([await membersFor(ben, id), await membersFor(null, id)]).toEqual([[user(dora), user(ben)], all]);
  await happened([...town.setAccount(dora, { isSuspended: true }), ...town.block(ben, anna)]);
  expect([await membersFor(anna, id), await membersFor(null, id)]).toEqual([[user(cleo)], [user(cleo)]]);
  await say(ben);
  expect(await told(null, id)).toEqual([]);
  await happened(town.block(ben, anna, false));
  expect(await membersFor(null, id)).toEqual([user(cleo), user(ben)]);
});

test('a list is read by anybody who may see it; words, mutes and reposts are each reader’s own', async () => {
  const [anna, ben, cleo, dora] = take(4);
  const id = await made(anna);
  for (const member of [ben, cleo]) await put(anna, id, member);
  const egg = await say(ben, 'an egg');
  await say(ben, 'for followers', { visibility: 'followers' });
  await say(ben, 'an answer', { replyToAuthorId: dora });
  const answer = await say(cleo, 'to one another', { replyToAuthorId: ben });
  const stranger = await say(dora, 'news');
  await live.apply(town.repost(ben, newest()));
  const all = [stranger, answer, egg];
  expect([await told(anna, id), await told(null, id)]).toEqual([all, all]);
  const { words } = live.services;
  await words.mute(anna, { text: 'egg', scope: 'home', until: null });
  await words.hideReposts(anna, user(ben), true);
  await happened(town.mute(dora, cleo));
  expect([await told(anna, id), await told(dora, id), await told(null, id)]).toEqual([
    [answer],
    [stranger, egg],
    all,
  ]);
  await happened(town.setAccount(ben, { isPrivate: true }));
  expect(await told(null, id)).toEqual([answer]);
  expect(await page(dora, await made(anna, { isPrivate: true }))).toBeNull();
});

test('a marker goes forward only, and says how much is new', async () => {
  const [anna, ben, cleo] = take(3);
  const id = await made(anna);
  await put(anna, id, cleo);
  for (let count = 0; count < 3; count++) await say(cleo);
  const before = await page(ben, id);
  const [newestEdge, , oldest] = before?.edges ?? [];
  const move = (through: unknown) =>
    ask<{ moveListMarker: { marker: { version: number } | null; errors: { code: string }[] } }>(
      ben,
      `mutation ($input: MoveListMarkerInput!) { moveListMarker(input: $input) { marker { version cursor } errors { code } } }`,
      { input: { listId: id, through } },
    );
  expect(before?.unseenPostCount).toBeNull();
  expect(await move(oldest?.cursor)).toMatchObject({ moveListMarker: { marker: { version: 1 } } });
  expect((await page(ben, id))?.unseenPostCount).toBe(2);
  await move(newestEdge?.cursor);
  expect(await move(oldest?.cursor)).toMatchObject({
    moveListMarker: { marker: { version: 2, cursor: newestEdge?.cursor } },
  });
  await say(cleo);
  expect((await page(ben, id))?.unseenPostCount).toBe(1);
  expect((await page(anna, id))?.unseenPostCount, 'hers').toBeNull();
  expect(await move('nonsense')).toMatchObject({
    moveListMarker: { marker: null, errors: [{ code: 'INVALID_VALUE' }] },
  });
  const since = `query ($id: ID!, $since: String!) { listTimeline(listId: $id, first: 0) { newPostCount(since: $since) } }`;
  expect(await ask(ben, since, { id, since: before?.liveCursor })).toEqual({
    listTimeline: { newPostCount: 1 },
  });
});

function streamOf(person: bigint | null, id: string, after: string | null) {
  const events = live.services.listStreams(listOf(decodeId('List', id) ?? 0n, person), after);
  return { events, close: async () => void (await events.return?.()) };
}
const watch = (person: bigint | null, id: string, after: string | null) =>
  listen(streamOf(person, id, after));

async function sayLive(author: bigint, of: Parameters<Town['post']>[1] = {}): Promise<bigint> {
  await live.tell(town.post(author, of));
  return newest();
}

test('live: what a page goes on with, by who is in the list, for whoever may see it; what was missed comes first', async () => {
  const [anna, ben, cleo, dora, egon] = take(5);
  const id = await made(anna);
  for (const member of [ben, cleo]) await put(anna, id, member);
  const start = (await page(dora, id))?.liveCursor ?? null;
  const [d, nobody] = [watch(dora, id, start), watch(null, id, (await page(null, id))?.liveCursor ?? null)];
  const first = await sayLive(ben);
  await sayLive(egon);
  await sayLive(ben, { visibility: 'followers' });
  await expect.poll(() => [d.added(), nobody.added()]).toEqual([[first], [first]]);
  await put(anna, id, egon);
  const joined = await sayLive(egon);
  await expect
    .poll(() => [d.added(), nobody.added()])
    .toEqual([
      [first, joined],
      [first, joined],
    ]);
  const cursor = d.lastCursor();
  await d.hangUp();
  const missed = await sayLive(cleo);
  await change(anna, 'removeListMember', { listId: id, userId: user(egon) });
  await sayLive(egon);
  const again = watch(dora, id, cursor);
  await expect.poll(again.types).toEqual(['PostAdded', 'PersonHidden']);
  expect(again.added()).toEqual([missed]);
  await happened(town.mute(dora, cleo));
  await sayLive(cleo);
  const last = await sayLive(ben);
  await expect.poll(again.types).toEqual(['PostAdded', 'PersonHidden', 'PersonHidden', 'PostAdded']);
  await expect.poll(() => nobody.added().at(-1)).toBe(last);
  // Of somebody in the list, and of somebody whom one in the list reposted.
  await live.tell(town.remove(last));
  await expect.poll(() => again.types().slice(4)).toEqual(['PostRemoved']);
  const ofStranger = await sayLive(egon);
  await live.tell(town.repost(ben, ofStranger));
  await expect.poll(() => again.types().slice(5)).toEqual(['PostAdded']);
  await live.tell(town.remove(ofStranger));
  await expect.poll(() => again.types().slice(6)).toEqual(['PostRemoved']);
  const other = watch(dora, await made(anna), cursor);
  // A cursor of one list is none of another.
  await expect.poll(other.types).toEqual(['Reset']);
  await Promise.all([again, nobody, other].map((each) => each.hangUp()));
});

test('live: a stream ends when its list does not exist for the reader any more', async () => {
  const [anna, ben, cleo] = take(3);
  const [open, closed] = [await made(anna), await made(anna)];
  const drain = async (person: bigint | null, id: string) => {
    for await (const event of streamOf(person, id, (await page(person, id))?.liveCursor ?? null).events)
      expect(event).toBeNull();
  };
  const ends = [drain(ben, open), drain(null, closed), drain(cleo, open)].map((end) =>
    expect(end).rejects.toThrow('This list does not exist'),
  );
  await happened(town.block(anna, ben));
  await live.tell([]);
  await change(anna, 'updateList', { listId: closed, isPrivate: true });
  await Promise.all(ends.slice(0, 2));
  await change(anna, 'deleteList', { listId: open });
  await ends[2];
});

test('who is erased is in no list and has none; what hangs on lists that are gone goes', async () => {
  const [anna, ben, cleo] = take(3);
  const [annas, bens] = [await made(anna), await made(ben)];
  await put(anna, annas, ben);
  await put(ben, bens, cleo);
  await change(ben, 'followList', { listId: annas });
  await change(cleo, 'followList', { listId: bens });
  await live.pool.query(
    'INSERT INTO erasure (account_id, by_user, by_post, news_by_user, news_by_post) VALUES ($1, true, true, true, true)',
    [ben],
  );
  const signal = new AbortController().signal;
  expect(await eraseAll(live.pool, live.cache, signal)).toEqual([ben]);
  expect([await seen(cleo, bens), await seen(anna, annas)]).toMatchObject([
    null,
    { memberCount: 0, followerCount: 0 },
  ]);
  await change(cleo, 'followList', { listId: annas });
  await change(anna, 'deleteList', { listId: annas });
  await retireLists(live.pool);
  const left = async () =>
    (
      await live.pool.query<{ lists: number; follows: number }>(
        `SELECT (SELECT count(*)::integer FROM list WHERE owner_id = ANY($1::bigint[])) AS lists,
          (SELECT count(*)::integer FROM list_follow WHERE follower_id = ANY($1::bigint[])) AS follows`,
        [[anna, ben, cleo]],
      )
    ).rows[0];
  expect(await left(), 'its request may come again').toEqual({ lists: 1, follows: 0 });
  await live.pool.query(
    `UPDATE list SET deleted_at = now() - interval '25 hours' WHERE deleted_at IS NOT NULL`,
  );
  await retireLists(live.pool);
  expect(await left()).toEqual({ lists: 0, follows: 0 });
});
