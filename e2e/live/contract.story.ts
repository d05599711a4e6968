import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cuttable, startCuttable } from '../support/cuttable.ts';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { clientKinds, type ClientKind, type Subscribed } from './contract/clients.ts';
import { refused, updates } from './contract/operations.ts';
import { gaugeOf, liveCursorOf, postSurely, shortToken } from './contract/town.ts';

let story: Story;
let network: Cuttable;
let cast: Record<'alice' | 'bob', Member>;
/** Through the network that can be cut. */
let url: string;
const open: Subscribed[] = [];

beforeAll(async () => {
  story = sharedStory();
  const { hostname, port } = new URL(story.graphUrl);
  network = await startCuttable({ host: hostname, port: Number(port) });
  url = `http://127.0.0.1:${network.port}/graphql`;
  cast = await signUpCast(story.graphUrl, ['alice', 'bob']);
  await cast.alice.follow(cast.bob);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((heard) => heard.leave()));
});
afterAll(async () => {
  await network?.close();
});

type Everyone = Map<ClientKind, Subscribed>;

/** One subscription of each kind of client, all at a time. */
function everyone(
  afterOf: (kind: ClientKind) => unknown,
  tokenOf: (kind: ClientKind) => () => string | null = () => () => cast.alice.accessToken,
  query = updates,
): Everyone {
  return new Map(
    clientKinds.map((kind) => {
      const heard = kind.open(url, { query, variables: { after: afterOf(kind) } }, tokenOf(kind));
      open.push(heard);
      return [kind, heard];
    }),
  );
}

function each<T>(all: Everyone, of: (heard: Subscribed, kind: ClientKind) => T): Record<string, T> {
  return Object.fromEntries([...all].map(([kind, heard]) => [kind.name, of(heard, kind)]));
}

const all = <T>(expected: T | ((kind: ClientKind) => T)): Record<string, T> =>
  Object.fromEntries(
    clientKinds.map((kind) => [
      kind.name,
      typeof expected === 'function' ? (expected as (kind: ClientKind) => T)(kind) : expected,
    ]),
  );

const told = ({ events }: Subscribed) =>
  events.map(({ __typename, edge }) =>
    edge ? `${edge.node?.author?.handle}: ${edge.node?.text}` : __typename,
  );
const by = (...texts: string[]) => texts.map((text) => `${cast.bob.handle}: ${text}`);

/** Those that do not go on by themselves subscribe again behind the last event they heard, as their app would. */
async function goOn(cut: Everyone, after: string): Promise<Everyone> {
  await expect.poll(() => each(cut, ({ isOver }, { goesOn }) => isOver || goesOn)).toEqual(all(true));
  const before = [...cut].filter(([{ goesOn }]) => !goesOn);
  const again = new Map(cut);
  for (const [kind, heard] of before) {
    await heard.leave();
    const variables = { after: heard.events.at(-1)?.cursor ?? after };
    const next = kind.open(url, { query: updates, variables }, () => cast.alice.accessToken);
    open.push(next);
    again.set(kind, next);
  }
  return again;
}

/** All that was told, before the cut and after it. */
function joined(before: Everyone, after: Everyone): Record<string, string[]> {
  return each(after, (heard, kind) => {
    const first = before.get(kind);
    return first && first !== heard ? [...told(first), ...told(heard)] : told(heard);
  });
}

test('events come with what other subgraphs add, and who leaves ends all that was done for it', async () => {
  const cursor = await liveCursorOf(cast.alice);
  const gauges = async () => ({
    websocket: await gaugeOf(story, 'gateway', 'gateway_live_subscriptions{transport="websocket"}'),
    sse: await gaugeOf(story, 'gateway', 'gateway_live_subscriptions{transport="sse"}'),
    multipart: await gaugeOf(story, 'gateway', 'gateway_live_subscriptions{transport="multipart"}'),
    upstream: await gaugeOf(story, 'timeline', 'live_streams'),
  });
  const heard = everyone(() => cursor);
  await cast.bob.post('first');
  await expect.poll(() => each(heard, told)).toEqual(all(by('first')));
  await cast.bob.post('second');
  await expect.poll(() => each(heard, told)).toEqual(all(by('first', 'second')));
  expect(await gauges()).toEqual({ websocket: 4, sse: 3, multipart: 2, upstream: 9 });
  expect(each(heard, ({ codes }) => codes)).toEqual(all([]));
  await Promise.all([...heard.values()].map((one) => one.leave()));
  await expect.poll(gauges).toEqual({ websocket: 0, sse: 0, multipart: 0, upstream: 0 });
});

test('after a cut each continues behind its last event', async () => {
  const cursor = await liveCursorOf(cast.alice);
  const before = everyone(() => cursor);
  await cast.bob.post('before the cut');
  await expect.poll(() => each(before, told)).toEqual(all(by('before the cut')));
  network.cut();
  for (const text of ['missed 1', 'missed 2']) await cast.bob.post(text);
  const after = await goOn(before, cursor);
  await cast.bob.post('after the cut');
  const expected = by('before the cut', 'missed 1', 'missed 2', 'after the cut');
  await expect.poll(() => joined(before, after)).toEqual(all(expected));
});

test('a cursor of somebody else is answered by one Reset, and the stream goes on', async () => {
  const foreign = await liveCursorOf(cast.bob);
  const heard = everyone(() => foreign);
  await expect.poll(() => each(heard, told)).toEqual(all(['Reset']));
  expect(each(heard, ({ events }) => events[0]?.reason)).toEqual(all('NOT_YOURS'));
  await cast.bob.post('after the reset');
  await expect.poll(() => each(heard, told)).toEqual(all(['Reset', ...by('after the reset')]));
});

test.each(refused)('$because: $code', async ({ after, code, query }) => {
  const token = code === 'UNAUTHENTICATED' ? () => () => null : undefined;
  const heard = everyone(() => after, token, query);
  await expect.poll(() => each(heard, ({ codes }) => codes)).toEqual(all([code]));
  expect(each(heard, ({ events }) => events)).toEqual(all([]));
});

test('a forged token is refused: a socket by its close code, anything else by UNAUTHENTICATED', async () => {
  const [head, claims] = cast.alice.accessToken.split('.');
  const heard = everyone(
    () => null,
    () => () => `${head}.${claims}.${'A'.repeat(86)}`,
  );
  await expect
    .poll(() => each(heard, ({ codes }) => codes))
    .toEqual(
      all(({ goesOn, transport }) => [
        transport === 'websocket' && !goesOn ? 'close 4403' : 'UNAUTHENTICATED',
      ]),
    );
  expect(each(heard, ({ events }) => events)).toEqual(all([]));
});

/** Long enough for nine clients to be told something first, on a machine that stands still for a moment. */
const tokenSeconds = 12;

/** Brings another token by itself when one runs out. */
function renews({ goesOn, transport }: ClientKind): boolean {
  return transport === 'websocket' || goesOn;
}

test('a token is refreshed in place on a socket; other streams end by name, and are opened with another', async () => {
  const cursor = await liveCursorOf(cast.alice);
  const { accessToken: fresh } = cast.alice;
  const short = await shortToken(story, cast.alice, tokenSeconds);
  const before = everyone(
    () => cursor,
    (kind) => {
      const tokens = renews(kind) ? [short] : Array.from({ length: 9 }, () => short);
      return () => tokens.pop() ?? fresh;
    },
  );
  await cast.bob.post('with the first token');
  await expect.poll(() => each(before, told)).toEqual(all(by('with the first token')));
  const streams = (kind: ClientKind) => !renews(kind);
  await expect
    .poll(() => each(before, ({ isOver, codes }) => isOver || codes.length > 0))
    .toEqual(all(streams));
  const cut = new Map([...before].filter(([kind]) => streams(kind)));
  expect(new Set([...cut.values()].flatMap(({ codes }) => codes))).toEqual(new Set(['UNAUTHENTICATED']));
  const after = new Map(before);
  for (const [kind, heard] of cut) {
    const next = kind.open(
      url,
      { query: updates, variables: { after: heard.events.at(-1)?.cursor } },
      () => fresh,
    );
    open.push(next);
    after.set(kind, next);
  }
  await cast.bob.post('with the second token');
  const expected = by('with the first token', 'with the second token');
  await expect.poll(() => joined(before, after)).toEqual(all(expected));
});

test('a gateway that is replaced sends its clients away, and nothing is lost', async () => {
  const cursor = await liveCursorOf(cast.alice);
  const before = everyone(() => cursor);
  await cast.bob.post('before the drain');
  await expect.poll(() => each(before, told)).toEqual(all(by('before the drain')));
  const restarted = story.restart('gateway');
  const texts = Array.from({ length: 10 }, (_, number) => `meanwhile ${number}`);
  const posted = (async () => {
    for (const text of texts) await postSurely(cast.bob, text);
  })();
  await Promise.all([restarted, posted]);
  const after = await goOn(before, cursor);
  await cast.bob.post('after the drain');
  const expected = by('before the drain', ...texts, 'after the drain');
  await expect.poll(() => joined(before, after)).toEqual(all(expected));
  expect(each(before, ({ codes }) => codes)).toEqual(
    all(({ goesOn, transport }) =>
      goesOn ? [] : [transport === 'websocket' ? 'close 1001' : 'DOWNSTREAM_ERROR'],
    ),
  );
});
