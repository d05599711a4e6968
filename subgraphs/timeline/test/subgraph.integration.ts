import { randomBytes } from 'node:crypto';
import { encodeId } from '@murmuration/ids';
import { anonymous, type Identity } from '@murmuration/service-kit';
import { createRequestContext, type SharedEvent } from '@murmuration/service-kit/subgraph';
import { createSourceEventStream, type ExecutionResult, execute as executeEvent, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepHouse } from '../src/log/retire.ts';
import { createTimelineSubgraph } from '../src/server.ts';
import { startServices } from '../src/services.ts';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let live: TestLive;
let alice: bigint;
let bob: bigint;
let carol: bigint;

beforeAll(async () => {
  town = createTown(3);
  [alice = 0n, bob = 0n, carol = 0n] = town.people;
  live = await openLive(town);
  await live.tell([
    ...town.people.flatMap((person) => town.setAccount(person, {})),
    ...town.follow(alice, bob),
  ]);
  await live.tell([...town.post(bob), ...town.post(carol)]);
  await live.tell(town.repost(bob, newest()));
  await live.fanOut();
});
afterAll(() => live.close());

const newest = () => town.posts().at(-1)?.id ?? 0n;
const identityOf = (person: bigint): Identity => ({
  kind: 'viewer',
  subject: encodeId('User', person),
  session: encodeId('Session', 1n),
});
const contextOf = (identity: Identity) =>
  createRequestContext({ identity, requestId: 'r', logger: live.logger });
const execute = (query: string, identity: Identity = identityOf(alice)) =>
  createTimelineSubgraph(live.services, live.logger).execute({ query }, contextOf(identity));
const codesOf = ({ errors }: ExecutionResult) => errors?.map(({ extensions }) => extensions['code']);

test('a page is keys, who brought each in, and where live goes on', async () => {
  const { data, errors } = await execute(
    '{ homeTimeline(first: 5) { edges { node { __typename id } repostedBy { id } } pageInfo { hasNextPage } liveCursor } }',
  );
  expect(errors).toBeUndefined();
  const [first = { id: 0n }, second = { id: 0n }] = town.posts();
  expect(data?.['homeTimeline']).toMatchObject({
    edges: [
      {
        node: { __typename: 'Post', id: encodeId('Post', second.id) },
        repostedBy: { id: encodeId('User', bob) },
      },
      { node: { __typename: 'Post', id: encodeId('Post', first.id) }, repostedBy: null },
    ],
    pageInfo: { hasNextPage: false },
  });
});

test('what a page cannot be asked for has a name', async () => {
  expect(codesOf(await execute('{ homeTimeline(first: 5) { liveCursor } }', anonymous))).toEqual([
    'UNAUTHENTICATED',
  ]);
  expect(codesOf(await execute('{ homeTimeline { liveCursor } }'))).toEqual(['BAD_USER_INPUT']);
  expect(codesOf(await execute('{ homeTimeline(first: 101) { liveCursor } }'))).toEqual(['BAD_USER_INPUT']);
  expect(codesOf(await execute('{ homeTimeline(first: 1, after: "x") { liveCursor } }'))).toEqual([
    'BAD_USER_INPUT',
  ]);
  expect(codesOf(await execute('{ homeTimeline(first: 1) { newPostCount(since: "x") } }'))).toEqual([
    'BAD_USER_INPUT',
  ]);
});

test('while nobody can tell what the viewer may see the edges stay and their nodes are null', async () => {
  const user = { call: () => Promise.reject(new Error('away')) };
  const services = await startServices({
    pool: live.pool,
    reads: live.reads,
    redis: live.redis,
    logger: live.logger,
    keys: [{ id: 'k', secret: randomBytes(32) }],
    user,
    push: live.push,
  });
  const result = await createTimelineSubgraph(services, live.logger).execute(
    { query: '{ homeTimeline(first: 5) { edges { cursor node { id } } } }' },
    contextOf(identityOf(alice)),
  );
  await services.stop();
  expect(result.data?.['homeTimeline']).toMatchObject({ edges: [{ node: null }, { node: null }] });
  expect(codesOf(result)).toEqual(['DOWNSTREAM_ERROR', 'DOWNSTREAM_ERROR']);
});

test('a subscription tells events of every kind with their cursors', async () => {
  const subgraph = createTimelineSubgraph(live.services, live.logger);
  const args = {
    schema: subgraph.schema,
    document: parse(`subscription { homeTimelineUpdates(after: "nonsense") { __typename cursor
      ... on Reset { reason } ... on PostAdded { edge { cursor node { id } repostedBy { id } } }
      ... on PostRemoved { postId repostedBy { id } } } }`),
    contextValue: subgraph.createContext(contextOf(identityOf(alice))),
  };
  const events = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
  const stream = events[Symbol.asyncIterator]() as AsyncGenerator<SharedEvent>;
  async function next(): Promise<{ cursor: string }> {
    const { value } = await stream.next();
    const { data } = await executeEvent({ ...args, rootValue: { ...value.content, cursor: value.cursor } });
    return data?.['homeTimelineUpdates'] as { cursor: string };
  }
  expect(await next()).toMatchObject({ __typename: 'Reset', reason: 'INVALID' });
  await live.tell(town.post(bob));
  const id = encodeId('Post', newest());
  expect(await next()).toMatchObject({ __typename: 'PostAdded', edge: { node: { id }, repostedBy: null } });
  await live.tell(town.remove(newest()));
  const removed = await next();
  expect(removed).toMatchObject({ __typename: 'PostRemoved', postId: id, repostedBy: null });
  expect(live.cursors.decode(removed.cursor)?.viewerId).toBe(alice);
  await stream.return(undefined);
});

test('only parts of the log that are old and pushed are dropped', async () => {
  await live.pool.query('SELECT ensure_seq_partitions(2000000)');
  await live.pool.query('UPDATE timeline_head SET seq = 2000001');
  await live.pool.query('UPDATE fanout_cursor SET seq = 900000');
  expect(await keepHouse(live.pool)).toEqual([]);
  await live.pool.query('UPDATE fanout_cursor SET seq = 2000001');
  expect(await keepHouse(live.pool)).toEqual([]);
  await live.pool.query(`INSERT INTO fanout_task (seq, seqs, is_large) VALUES (900000, '{900000}', false)`);
  await live.pool.query(`UPDATE timeline_event SET created_at = now() - interval '25 hours'`);
  expect(await keepHouse(live.pool), 'while a task is left').toEqual([]);
  await live.pool.query('DELETE FROM fanout_task');
  const reader = await live.pool.connect();
  await reader.query('BEGIN; SELECT FROM timeline_event LIMIT 1');
  const said: string[] = [];
  const overheard = Object.assign(Object.create(live.pool) as typeof live.pool, {
    query(...statement: [string]) {
      said.push(statement[0]);
      return live.pool.query(...statement);
    },
  });
  await expect(keepHouse(overheard), 'while somebody reads').rejects.toThrow('lock timeout');
  // By its limit and not by a clock, which tells of the machine as well.
  const [, waitMs] = /^SET LOCAL lock_timeout = '(\d+)ms'; DROP TABLE/.exec(said.at(-1) ?? '') ?? [];
  expect(Number(waitMs), 'everyone else queues behind it').toBeLessThan(4_000);
  await reader.query('COMMIT');
  reader.release();
  expect(await keepHouse(live.pool)).toEqual(['timeline_event_s0', 'timeline_event_s1']);
});

test('what could not be applied is kept for a week', async () => {
  await live.pool.query(`INSERT INTO dead_letter
    (feed, event_id, aggregatetype, aggregateid, version, type, payload, error, attempts, failed_at)
    SELECT 'post', n, 'post', n, 1, 'post.changed', '{"text": "what somebody wrote"}', 'no', 5,
      now() - n * interval '2 days' FROM generate_series(1, 4) n`);
  await keepHouse(live.pool);
  const { rows } = await live.pool.query('SELECT event_id FROM dead_letter ORDER BY 1');
  expect(rows.map(({ event_id }) => Number(event_id))).toEqual([1, 2, 3]);
});

test('a transaction of the projection is bounded, whatever the server allows: it would hold every feed', async () => {
  const { rows } = await live.pool.query('SHOW transaction_timeout');
  expect(rows).toEqual([{ transaction_timeout: '30s' }]);
});
