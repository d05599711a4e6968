import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeCodes } from '../src/subscriptions/close-codes.ts';
import { streamEnds } from '../src/subscriptions/metrics.ts';
import { ada, ben } from './support/issuer.ts';
import { rawSocket } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let graph: TestGraph;
const open: Awaited<ReturnType<typeof rawSocket>>[] = [];
const patience = { timeout: 15_000, interval: 20 };

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([ticker, neighbours], {
    SOCKET_MAX_SUBSCRIPTIONS: '20',
    SOCKET_MAX_COUNT: '6',
    // A client that a busy machine keeps for a second still answers before the next ping.
    SOCKET_PING_MS: '3000',
    SOCKET_MAX_STALLED_MS: '600',
    SUBSCRIPTION_MAX_QUEUED: '50',
    DRAIN_MS: '50',
  });
});
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.terminate();
});
afterAll(async () => {
  await graph.stop();
  await ticker.close();
  await neighbours.server.app.close();
});

async function socketFor(init?: Record<string, unknown>, headers?: Record<string, string>) {
  const raw = await rawSocket(graph.url, headers);
  open.push(raw);
  if (!init) return raw;
  raw.send({ type: 'connection_init', payload: init });
  await vi.waitFor(() => expect(raw.received[0]?.type).toBe('connection_ack'), patience);
  return raw;
}
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });

describe('a socket is closed by name', () => {
  it('when it never says connection_init', async () => {
    const other = await startGraph([neighbours], { SOCKET_INIT_WAIT_MS: '200', DRAIN_MS: '20' });
    const { closed } = await rawSocket(other.url);
    expect((await closed).code).toBe(closeCodes.connectionInitTimeout);
    await other.stop();
  });

  it('when it sends garbage', async () => {
    for (const garbage of ['{', '[]', '{"type":"nope"}', '\u0000']) {
      const { send, closed } = await socketFor({});
      send(garbage);
      expect((await closed).code).toBe(closeCodes.badRequest);
    }
  });

  it('when it sends ten megabytes', async () => {
    const { send, closed } = await socketFor({});
    send('x'.repeat(10 * 1024 * 1024));
    expect((await closed).code).toBe(closeCodes.messageTooBig);
  });

  it('when it subscribes ten thousand times, and nothing of it stays', async () => {
    const { send, closed } = await socketFor({});
    for (let id = 0; id < 10_000; id++) send(subscribe(String(id), 'subscription { ticks { n } }'));
    expect((await closed).code).toBe(closeCodes.tooManySubscriptions);
    await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
  });

  it('when it subscribes before it was let in, or twice under one id', async () => {
    const early = await socketFor();
    early.send(subscribe('1', '{ me }'));
    expect((await early.closed).code).toBe(closeCodes.unauthorized);
    const twice = await socketFor({});
    twice.send(subscribe('1', 'subscription { ticks { n } }'));
    twice.send(subscribe('1', 'subscription { ticks { n } }'));
    expect((await twice.closed).code).toBe(closeCodes.subscriberAlreadyExists);
  });

  it('when it does not read what it asked for', async () => {
    const slow = async () =>
      (await streamEnds.get()).values.find(({ labels }) => labels.because === 'slow')?.value ?? 0;
    const before = await slow();
    const { socket, send, closed } = await socketFor({});
    socket.pause();
    send(subscribe('1', 'subscription { flood(count: 2000) { blob } }'));
    // Whoever begins to read before they are given up is merely late.
    await vi.waitFor(async () => expect(await slow()).toBeGreaterThan(before), patience);
    socket.resume();
    expect((await closed).code).toBe(closeCodes.slowConsumer);
  });

  it('when the gateway goes away', async () => {
    const other = await startGraph([ticker, neighbours], { DRAIN_MS: '20' });
    const { closed } = await rawSocket(other.url);
    await other.stop();
    expect((await closed).code).toBe(closeCodes.goingAway);
  });
});

describe('who a socket is for', () => {
  it('is said by connection_init or by the upgrade', async () => {
    const authorization = `Bearer ${await graph.issuer.token()}`;
    for (const socket of [await socketFor({ authorization }), await socketFor({}, { authorization })]) {
      socket.send(subscribe('1', '{ me }'));
      await vi.waitFor(
        () =>
          expect(socket.received).toContainEqual({ id: '1', type: 'next', payload: { data: { me: ada } } }),
        patience,
      );
    }
  });

  it('must be true', async () => {
    const { send, closed } = await socketFor();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${await graph.issuer.forged()}` } });
    expect(await closed).toEqual({ code: closeCodes.forbidden, reason: 'The access token is not valid.' });
  });

  it('ends with the token', async () => {
    const authorization = `Bearer ${await graph.issuer.token({ expiresIn: '6s' })}`;
    const { closed, received } = await socketFor({ authorization });
    expect((await closed).code).toBe(closeCodes.tokenExpired);
    // It was told before, in time to bring a new one.
    expect(received.some(({ type, payload }) => type === 'ping' && payload)).toBe(true);
  });

  it('goes on with a fresh token of the same session, brought by a ping', async () => {
    const { send, received, closed } = await socketFor({
      authorization: `Bearer ${await graph.issuer.token({ expiresIn: '6s' })}`,
    });
    send({ type: 'ping', payload: { authorization: `Bearer ${await graph.issuer.token()}` } });
    await vi.waitFor(() => expect(received.some(({ type }) => type === 'pong')).toBe(true), patience);
    const isOpen = new Promise((resolve) => setTimeout(() => resolve('open'), 6_300));
    expect(await Promise.race([closed, isOpen])).toBe('open');
    send({ type: 'ping', payload: { authorization: `Bearer ${await graph.issuer.token({ sub: ben })}` } });
    expect((await closed).code).toBe(closeCodes.forbidden);
  });

  it('ends with the session', async () => {
    const sid = 'ses_00000000077';
    const authorization = `Bearer ${await graph.issuer.token({ sid })}`;
    const { closed } = await socketFor({ authorization });
    graph.issuer.ended.push(sid);
    expect((await closed).code).toBe(closeCodes.sessionEnded);
  });
});

describe('an upgrade', () => {
  it('is refused above the number of sockets, and elsewhere', async () => {
    await Promise.all(Array.from({ length: 6 }, () => socketFor({})));
    await expect(rawSocket(graph.url)).rejects.toThrow('503');
    await expect(rawSocket(`${graph.url}/nowhere`)).rejects.toThrow('404');
  });

  it('is refused to pages of foreign origins', async () => {
    await expect(rawSocket(graph.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    const own = await socketFor({}, { origin: graph.url });
    expect(own.socket.readyState).toBe(own.socket.OPEN);
  });
});

it('answers pings, of the protocol and of the client', async () => {
  const { socket, send, received } = await socketFor({});
  send({ type: 'ping' });
  await vi.waitFor(() => expect(received).toContainEqual({ type: 'pong' }), patience);
  const pinged = new Promise((resolve) => socket.once('ping', () => resolve('pinged')));
  expect(await pinged).toBe('pinged');
});
