/** The bare graphql-ws server: the same events to everybody who listens, of one process, from nowhere. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const listeners = new Set<(event: object) => void>();

async function* events(): AsyncGenerator<object> {
  const waiting: object[] = [];
  let wake = () => {};
  const listener = (event: object) => {
    waiting.push(event);
    wake();
  };
  listeners.add(listener);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    listeners.delete(listener);
  }
}

const schema = buildSchema(`type Query { a: Int }
    type Subscription { homeTimelineUpdates(after: String): LiveEvent! }
    interface LiveEvent { cursor: String! }
    type PostAdded implements LiveEvent { cursor: String! edge: Edge! }
    type Edge { node: Post }
    type Post { id: ID! text: String! createdAt: String! author: User }
    type User { handle: String! displayName: String! }`);
Object.assign(schema.getSubscriptionType()?.getFields().homeTimelineUpdates ?? {}, {
  subscribe: events,
  resolve: (event: object) => event,
});
const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));

process.on('message', (text: string) => {
  const author = { handle: 'author_0', displayName: 'The author of it all' };
  const node = { id: 'pst_0000000001', text, createdAt: new Date().toISOString(), author };
  const cursor = 'bDEuMDAwMDAwMDAuMTIzNDU2Nzg5MC4xMjM0NTY3ODkwLk1BQ01BQ01BQ01BQ01BQ01BQ01BQw';
  for (const listener of listeners) listener({ __typename: 'PostAdded', cursor, edge: { node } });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
