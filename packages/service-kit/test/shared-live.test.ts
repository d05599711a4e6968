import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  createLogger,
  envelopeHeader,
  manyProtocol,
  type NextManyMessage,
  signEnvelope,
  subscribeBody,
} from '../src/index.ts';
import { createSubgraph, serveLive, serveSubgraph, SharedEvent } from '../src/subgraph/index.ts';

const key = { id: 'k1', secret: randomBytes(32) };
const logger = createLogger('test', 'silent');
let executed = 0;
const listeners = new Set<(event: SharedEvent) => void>();

/** Tells every listener the same, each under a cursor of its own. */
function tell(number: number, audience?: string): void {
  const content = { number };
  let place = 0;
  for (const listener of listeners)
    listener(new SharedEvent(content, `"${number}" for ${++place}`, audience));
}

function listen() {
  const waiting: SharedEvent[] = [];
  let wake = () => {};
  const listener = (event: SharedEvent) => {
    waiting.push(event);
    wake();
  };
  listeners.add(listener);
  return {
    async next() {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return { done: false, value: waiting.shift() };
    },
    async return() {
      listeners.delete(listener);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const subgraph = createSubgraph({
  name: 'demo',
  logger,
  typeDefs: `type Query { hello: String! }
    type Subscription { events(after: String): Event! }
    type Event { cursor: String! number: Int! times(by: Int!): Int! }`,
  resolvers: {
    Subscription: { events: { subscribe: listen, resolve: (event: unknown) => event } },
    Event: {
      number({ number }: { number: number }) {
        executed++;
        return number;
      },
      times: ({ number }: { number: number }, { by }: { by: number }) => by * number,
    },
  },
  createContext: (request) => request,
});
const server = serveSubgraph(subgraph, { logger, keys: [key], readiness: {} });
const live = serveLive(server, subgraph, { keys: [key], logger });
let url = '';

beforeAll(async () => {
  url = (await server.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
});
afterAll(async () => {
  await live.close();
  await server.app.close();
});

const base = { audience: 'demo', path: '/graphql', requestId: 'r', identity: { kind: 'anonymous' } } as const;

async function connect(protocols: string[]) {
  const header = signEnvelope(key, { ...base, method: 'GET' }, '');
  const socket = new WebSocket(`${url}/graphql`, protocols, { headers: { [envelopeHeader]: header } });
  const messages: ({ type: string; id?: string; payload?: unknown } & Partial<NextManyMessage>)[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await expect.poll(() => messages.length).toBe(1);
  messages.length = 0;
  const subscribe = async (id: string, query: string, variables: Record<string, unknown> = {}) => {
    const before = listeners.size;
    const signed = signEnvelope(key, { ...base, method: 'SUBSCRIBE' }, subscribeBody(null, query, variables));
    const payload = { query, variables, extensions: { [envelopeHeader]: signed } };
    socket.send(JSON.stringify({ type: 'subscribe', id, payload }));
    await expect.poll(() => listeners.size).toBe(before + 1);
  };
  return { socket, messages, subscribe };
}
const query = 'subscription ($a: String) { events(after: $a) { at: cursor number } }';

describe('an event that many are told alike', () => {
  it('is executed once and goes out in one frame to who understands that, each with a cursor of its own', async () => {
    const { messages, socket, subscribe } = await connect([manyProtocol, 'graphql-transport-ws']);
    expect(socket.protocol).toBe(manyProtocol);
    for (const id of ['1', '2', '3']) await subscribe(id, query, { a: `after ${id}` });
    executed = 0;
    tell(7, 'token');
    await expect.poll(() => messages.length).toBe(1);
    const [message] = messages;
    const { placeholder = '' } = message ?? {};
    expect(message).toMatchObject({
      type: 'next_many',
      ids: ['1', '2', '3'],
      cursors: ['"7" for 1', '"7" for 2', '"7" for 3'],
      payload: { data: { events: { at: placeholder, number: 7 } }, extensions: { audience: 'token' } },
    });
    expect(placeholder.length).toBeGreaterThan(30);
    expect(executed).toBe(1);
    socket.close();
    await expect.poll(() => listeners.size).toBe(0);
  });

  it('keeps the order of each operation, whatever else is told in the same turn', async () => {
    const { messages, socket, subscribe } = await connect([manyProtocol]);
    for (const id of ['1', '2']) await subscribe(id, query);
    const [first, second] = [...listeners];
    const [one, two] = [{ number: 1 }, { number: 2 }];
    // To the first 1 and 2, to the second 2 and 1.
    first?.(new SharedEvent(one, 'a'));
    first?.(new SharedEvent(two, 'b'));
    second?.(new SharedEvent(two, 'c'));
    second?.(new SharedEvent(one, 'd'));
    const told = (id: string) =>
      messages.flatMap(({ cursors, ids }) =>
        (ids ?? []).flatMap((each, i) => (each === id ? [cursors?.[i]] : [])),
      );
    await expect
      .poll(() => [told('1'), told('2')])
      .toEqual([
        ['a', 'b'],
        ['c', 'd'],
      ]);
    socket.close();
    await expect.poll(() => listeners.size).toBe(0);
  });

  it('is not shared between operations whose other arguments differ', async () => {
    const { messages, socket, subscribe } = await connect([manyProtocol]);
    const times = 'subscription ($by: Int!) { events { times(by: $by) } }';
    await subscribe('1', times, { by: 2 });
    await subscribe('2', times, { by: 3 });
    tell(5);
    await expect
      .poll(() => messages.map(({ ids, payload }) => [ids, payload]))
      .toEqual([
        [['1'], { data: { events: { times: 10 } } }],
        [['2'], { data: { events: { times: 15 } } }],
      ]);
    socket.close();
    await expect.poll(() => listeners.size).toBe(0);
  });

  it('is told one by one to who speaks the plain protocol', async () => {
    const { messages, socket, subscribe } = await connect(['graphql-transport-ws']);
    for (const id of ['1', '2']) await subscribe(id, query);
    tell(9);
    await expect
      .poll(() => messages)
      .toEqual([
        { id: '1', type: 'next', payload: { data: { events: { at: '"9" for 1', number: 9 } } } },
        { id: '2', type: 'next', payload: { data: { events: { at: '"9" for 2', number: 9 } } } },
      ]);
    socket.close();
    await expect.poll(() => listeners.size).toBe(0);
  });
});
