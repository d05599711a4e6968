import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeCodes } from '../src/subscriptions/close-codes.ts';
import { ben } from './support/issuer.ts';
import { rawSocket } from './support/live-client.ts';
import { type SilentSubgraph, serveSilence } from './support/silent-subgraph.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';

let silence: SilentSubgraph;
let ticker: Ticker;
let graph: TestGraph;
const cleanUps: (() => unknown)[] = [];
const patience = { timeout: 15_000, interval: 20 };
const cap = 10;

beforeAll(async () => {
  silence = await serveSilence();
  ticker = await serveTicker([testKey]);
  graph = await startGraph([silence, ticker], {
    SOCKET_MAX_SUBSCRIPTIONS: String(cap),
    SOCKET_MAX_MESSAGES_PER_SECOND: '1000',
    SOCKET_MAX_PER_ADDRESS: '3',
    SOCKET_MAX_PER_PERSON: '2',
    SUBSCRIPTION_MAX_PER_ADDRESS: '6',
    SUBSCRIPTION_MAX_PER_PERSON: '4',
    TRUSTED_PROXIES: '1',
  });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
});
afterAll(async () => {
  await graph.stop();
  await Promise.all([silence.close(), ticker.close()]);
});

async function socketFrom(address: string, init: Record<string, unknown> = {}) {
  const raw = await rawSocket(graph.url, { 'x-forwarded-for': address });
  cleanUps.push(() => raw.socket.terminate());
  raw.send({ type: 'connection_init', payload: init });
  return raw;
}

async function acceptedFrom(address: string, init?: Record<string, unknown>) {
  const raw = await socketFrom(address, init);
  await vi.waitFor(() => expect(raw.received[0]?.type).toBe('connection_ack'), patience);
  return raw;
}

/** Its status once it has begun; a stream goes on until the test is over. */
async function streamFrom(address: string, token?: string): Promise<number> {
  const over = new AbortController();
  cleanUps.push(() => over.abort());
  const answer = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    signal: over.signal,
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query: 'subscription { ticks { n } }' }),
  });
  return answer.status;
}

const silent = (id: number) => ({ id: String(id), type: 'subscribe', payload: { query: '{ silence }' } });

describe('what a client completes', () => {
  it('ends at the subgraph, and counts no more', async () => {
    const { send, socket } = await acceptedFrom('10.0.0.1');
    // More one after the other than may run at a time.
    for (let id = 0; id < 2 * cap; id++) {
      send(silent(id));
      await vi.waitFor(() => expect(silence.waiting()).toBe(1), patience);
      send({ id: String(id), type: 'complete' });
      await vi.waitFor(() => expect(silence.waiting()).toBe(0), patience);
    }
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('counts until it has ended: four hundred at once are no more than may run', async () => {
    const { send } = await acceptedFrom('10.0.0.1');
    for (let id = 0; id < 400; id++) {
      send(silent(id));
      send({ id: String(id), type: 'complete' });
    }
    const { send: again } = await acceptedFrom('10.0.0.1');
    again(silent(1));
    await vi.waitFor(() => expect(silence.waiting()).toBe(1), patience);
    expect(silence.most()).toBeLessThanOrEqual(cap + 1);
  });
});

describe('subscriptions are limited however many connections they come by', () => {
  const ticks = (id: number) => ({
    id: String(id),
    type: 'subscribe',
    payload: { query: 'subscription { ticks { n } }' },
  });
  const codesOf = (received: Record<string, unknown>[]) =>
    received
      .filter(({ type }) => type === 'error')
      .map(({ payload }) => (payload as [{ extensions: { code: string } }])[0].extensions.code);

  /** Opens that many, and then one more, by other connections of theirs. */
  async function isFullAt(most: number, connect: () => ReturnType<typeof acceptedFrom>) {
    const [one, other] = [await connect(), await connect()];
    for (let id = 0; id < most; id++) (id % 2 ? one : other).send(ticks(id));
    await vi.waitFor(() => expect(ticker.listening()).toBe(most), patience);
    one.send(ticks(100));
    await vi.waitFor(() => expect(codesOf(one.received)).toEqual(['RATE_LIMITED']), patience);
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    return { one, other };
  }

  it('by address, and of IPv6 by network', async () => {
    const { one, other } = await isFullAt(6, () => acceptedFrom('2001:db8:5::1'));
    (await acceptedFrom('2001:db8:6::1')).send(ticks(1));
    await vi.waitFor(() => expect(ticker.listening()).toBe(7), patience);
    // Who ends one leaves room for another.
    other.send({ id: '0', type: 'complete' });
    await vi.waitFor(() => expect(ticker.listening()).toBe(6), patience);
    one.send(ticks(101));
    await vi.waitFor(() => expect(ticker.listening()).toBe(7), patience);
  });

  it('by person, from wherever', async () => {
    const authorization = `Bearer ${await graph.issuer.token({ sub: ben })}`;
    let last = 0;
    await isFullAt(4, () => acceptedFrom(`10.0.3.${++last}`, { authorization }));
    const another = { authorization: `Bearer ${await graph.issuer.token()}` };
    (await acceptedFrom('10.0.3.9', another)).send(ticks(1));
    await vi.waitFor(() => expect(ticker.listening()).toBe(5), patience);
  });
});

it('who sends more messages than a client would is closed by name', async () => {
  const { send, closed } = await acceptedFrom('10.0.0.1');
  for (let i = 0; i < 3_000; i++) send({ type: 'ping' });
  expect((await closed).code).toBe(closeCodes.tooManyMessages);
});

describe('sockets and streams together are limited', () => {
  it('by address, and of IPv6 by network', async () => {
    await acceptedFrom('2001:db8::1');
    await acceptedFrom('2001:db8::2');
    expect(await streamFrom('2001:db8::3')).toBe(200);
    await expect(socketFrom('2001:db8::4')).rejects.toThrow('503');
    expect(await streamFrom('2001:db8::5')).toBe(503);
    // The neighbouring network has its own.
    await acceptedFrom('2001:db8:0:1::1');
  });

  it('by person, from wherever', async () => {
    const token = await graph.issuer.token({ sub: ben });
    const authorization = `Bearer ${token}`;
    await acceptedFrom('10.0.1.1', { authorization });
    expect(await streamFrom('10.0.1.2', token)).toBe(200);
    const third = await socketFrom('10.0.1.3', { authorization });
    expect((await third.closed).code).toBe(closeCodes.tooManySockets);
    expect(await streamFrom('10.0.1.4', token)).toBe(503);
    // Somebody else is not meant.
    await acceptedFrom('10.0.1.5', { authorization: `Bearer ${await graph.issuer.token()}` });
  });

  it('and who has gone leaves room', async () => {
    const first = await acceptedFrom('10.0.2.1');
    await acceptedFrom('10.0.2.1');
    await acceptedFrom('10.0.2.1');
    await expect(socketFrom('10.0.2.1')).rejects.toThrow('503');
    first.socket.close();
    await first.closed;
    await vi.waitFor(() => acceptedFrom('10.0.2.1'), patience);
  });
});
