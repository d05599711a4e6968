import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  createLogger,
  envelopeHeader,
  type Identity,
  liveSockets,
  signEnvelope,
  subscribeBody,
} from '../src/index.ts';
import {
  createSubgraph,
  liveCloseCodes,
  type RequestContext,
  requireViewer,
  serveLive,
  serveSubgraph,
  SlowConsumer,
} from '../src/subgraph/index.ts';

const key = { id: 'k1', secret: randomBytes(32) };
const logger = createLogger('test', 'silent');
const alice: Identity = { kind: 'viewer', subject: encodeId('User', 7n), session: encodeId('Session', 8n) };
let open = 0;

async function* count(to: number) {
  for (let number = 1; number <= to; number++) yield { count: number };
}

const subgraph = createSubgraph({
  name: 'demo',
  logger,
  typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { hello: String! }
    type Subscription { count(to: Int!): Int! me: String! broken: Int! slow: Int! silence: Int! }`,
  resolvers: {
    Query: { hello: () => 'Hello' },
    Subscription: {
      count: { subscribe: (_root: unknown, { to }: { to: number }) => count(to) },
      me: {
        subscribe: async function* subscribe(_root: unknown, _args: unknown, context: RequestContext) {
          yield { me: String(requireViewer(context)) };
        },
      },
      broken: {
        subscribe: () => {
          throw new Error('SELECT password FROM account');
        },
      },
      slow: {
        subscribe: () => ({
          [Symbol.asyncIterator]() {
            return this;
          },
          next: () => Promise.reject(new SlowConsumer('9 events are waiting')),
        }),
      },
      silence: {
        subscribe: () => {
          open++;
          let hangUp: (end: { done: true; value: undefined }) => void = () => undefined;
          return {
            [Symbol.asyncIterator]() {
              return this;
            },
            next: () => new Promise((resolve) => (hangUp = resolve)),
            async return() {
              open--;
              hangUp({ done: true, value: undefined });
              return { done: true, value: undefined };
            },
          };
        },
      },
    },
  },
  createContext: (request) => request,
});
const server = serveSubgraph(subgraph, { logger, keys: [key], readiness: {} });
const live = serveLive(server, subgraph, {
  keys: [key],
  logger,
  limits: { initWaitMs: 1_500, subscriptions: 5 },
});
let url = '';

beforeAll(async () => {
  url = (await server.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
});
afterAll(async () => {
  await live.close();
  await server.app.close();
});

const base = { audience: 'demo', path: '/graphql', requestId: 'r', identity: alice } as const;
const upgrade = () => signEnvelope(key, { ...base, method: 'GET' }, '');

/** A bare socket: what it was sent, and the code it was closed with. */
async function connect(header = upgrade()) {
  const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', {
    headers: { [envelopeHeader]: header },
  });
  const messages: { id?: string; type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  const send = (message: object) => socket.send(JSON.stringify(message));
  return { socket, messages, closed, send };
}

async function greeted() {
  const client = await connect();
  client.send({ type: 'connection_init' });
  await expect.poll(() => client.messages).toEqual([{ type: 'connection_ack' }]);
  client.messages.length = 0;
  return client;
}

function subscribeMessage(id: string, query: string, variables?: object, signed = query) {
  const fields = { ...base, method: 'SUBSCRIBE' };
  const envelope = signEnvelope(key, fields, subscribeBody(undefined, signed, variables));
  const extensions = { [envelopeHeader]: envelope };
  return { id, type: 'subscribe', payload: { query, variables, extensions } };
}

function connections(): Promise<number> {
  return new Promise((resolve) => server.app.server.getConnections((_error, count) => resolve(count)));
}

async function openSockets(): Promise<number | undefined> {
  const { values } = await liveSockets.get();
  return values.find(({ labels }) => labels['service'] === 'demo')?.value;
}

describe('a live subgraph', () => {
  it('runs a subscription for the person of its own envelope', async () => {
    const client = await greeted();
    client.send(subscribeMessage('1', 'subscription ($to: Int!) { count(to: $to) }', { to: 2 }));
    client.send(subscribeMessage('2', 'subscription { me }'));
    await expect.poll(() => client.messages).toHaveLength(5);
    const of = (id: string) => client.messages.filter((message) => message.id === id);
    const next = (id: string, data: object) => ({ id, type: 'next', payload: { data } });
    expect(of('1')).toEqual([
      next('1', { count: 1 }),
      next('1', { count: 2 }),
      { id: '1', type: 'complete' },
    ]);
    expect(of('2')).toEqual([next('2', { me: '7' }), { id: '2', type: 'complete' }]);
    client.socket.close();
  });

  it('refuses an unsigned socket, and a subscription whose envelope is of another one', async () => {
    await expect(connect('nothing')).rejects.toThrow('401');
    const client = await greeted();
    client.send(subscribeMessage('1', 'subscription { count(to: 1) }', undefined, 'subscription { me }'));
    const { type, payload } = subscribeMessage('2', 'subscription { me }');
    client.send({ id: '2', type, payload: { query: payload.query } });
    client.send(subscribeMessage('3', '{ hello }'));
    await expect.poll(() => client.messages).toHaveLength(3);
    const codes = client.messages.map(({ payload: errors }) =>
      (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code),
    );
    expect(codes).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED'], ['BAD_USER_INPUT']]);
    client.socket.close();
  });

  it('outlives refused sockets that break off, and lets go of those that are held open', async () => {
    const { port } = new URL(url);
    const ask = `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const held = Array.from({ length: 30 }, (_, number) => {
      const socket = connectTcp({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined).resume();
      socket.once('connect', () => {
        socket.write(ask);
        if (number % 2) socket.resetAndDestroy();
      });
      return socket;
    });
    const ended = held.filter((_, number) => number % 2 === 0).map((socket) => once(socket, 'end'));
    await Promise.all(ended);
    await expect.poll(connections).toBe(0);
    for (const socket of held) socket.destroy();
  });

  it('keeps its secrets', async () => {
    const client = await greeted();
    client.send(subscribeMessage('1', 'subscription { broken }'));
    await expect.poll(() => client.messages).toHaveLength(2);
    expect(JSON.stringify(client.messages)).toContain('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(client.messages)).not.toContain('SELECT');
    client.socket.close();
  });

  it('closes by name who never greets, sends garbage or far too much, or subscribes too often', async () => {
    const mute = await connect();
    expect(await mute.closed).toBe(4408);

    const garbage = await greeted();
    garbage.socket.send('{"type":');
    expect(await garbage.closed).toBe(4400);

    const flood = await greeted();
    flood.socket.send('x'.repeat(10 * 1024 * 1024));
    expect(await flood.closed).toBe(1009);

    const greedy = await greeted();
    for (let id = 0; id < 10_000 && greedy.socket.readyState === WebSocket.OPEN; id++) {
      greedy.send(subscribeMessage(String(id), 'subscription { silence }'));
      if (id % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await greedy.closed).toBe(liveCloseCodes.tooManySubscriptions.code);
  });

  it('ends by name the one stream that waits for too much, and no other of its socket', async () => {
    const client = await greeted();
    client.send(subscribeMessage('1', 'subscription { silence }'));
    await expect.poll(() => open).toBe(1);
    client.send(subscribeMessage('2', 'subscription { slow }'));
    await expect
      .poll(() => client.messages)
      .toMatchObject([
        {
          id: '2',
          type: 'error',
          payload: [{ message: '9 events are waiting', extensions: { code: 'SLOW_CONSUMER' } }],
        },
      ]);
    client.send(subscribeMessage('3', 'subscription { me }'));
    await expect.poll(() => client.messages).toHaveLength(3);
    expect(open).toBe(1);
    client.socket.close();
    await expect.poll(() => open).toBe(0);
  });

  it('ends the streams of a socket that goes away', async () => {
    const client = await greeted();
    client.send(subscribeMessage('1', 'subscription { silence }'));
    await expect.poll(() => open).toBe(1);
    expect(await openSockets()).toBe(live.count());
    client.socket.terminate();
    await expect.poll(() => open).toBe(0);
    await expect.poll(openSockets).toBe(0);
  });
});
