import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { relationBatchLimit } from '@murmuration/relationships';
import { createInternalClient, type InternalClient } from '@murmuration/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerFor } from './support/home.ts';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

const followers = 2_000;
let town: Town;
let live: TestLive;
let user: InternalClient;
let author: bigint;
let crowd: bigint[];
let calls = 0;

/** Answers as `user` does, and counts how often it is asked. */
const http = createServer(async (request, response) => {
  calls++;
  const body = JSON.parse(await text(request)) as unknown;
  response.end(JSON.stringify(await answerFor(town)({ body })));
});

beforeAll(async () => {
  town = createTown(followers + 1);
  [author = 0n, ...crowd] = town.people;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const keys = [{ id: 'test', secret: randomBytes(32) }] as const;
  user = createInternalClient({ self: 'timeline', service: 'user', url, keys, timeoutMs: 15_000 });
  // A request that a busy machine makes wait shall not be made again, and counted twice.
  const patient: Pick<InternalClient, 'call'> = {
    call: (request) => user.call({ ...request, timeoutMs: 30_000 }),
  };
  // What a busy machine leaves waiting for longer than this is looked at once more, and that is another question.
  live = await openLive(town, { user: patient, limits: { liveFreshMs: 60_000 } });
  await live.tell(town.people.flatMap((person) => town.setAccount(person, {})));
  // By batches, as the feed has them.
  for (let from = 0; from < followers; from += 250)
    await live.tell(crowd.slice(from, from + 250).flatMap((person) => town.follow(person, author)));
});
afterAll(async () => {
  await live.close();
  await user.close();
  http.close();
});

test('a post to two thousand open streams costs one call a thousand', async () => {
  const listeners = crowd.map((person) => live.listen(person));
  const haveSeen = async (count: number) => {
    const seen = () => listeners.filter(({ events }) => events.length >= count).length;
    await expect.poll(seen, { timeout: 20_000 }).toBe(followers);
  };
  // Who was still catching up was told the first by a replay, which asks for itself. From then on all of them are live.
  await live.tell(town.post(author));
  await haveSeen(1);
  calls = 0;
  await live.tell(town.post(author));
  await haveSeen(2);
  expect(calls).toBe(Math.ceil(followers / relationBatchLimit));
  const ids = town.posts().map(({ id }) => id);
  expect(listeners.map(({ added }) => added())).toEqual(crowd.map(() => ids));
  await Promise.all(listeners.map(({ hangUp }) => hangUp()));
});
