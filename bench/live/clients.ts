/** The clients: as many sockets as they are told to open, in a process of their own. */
import { WebSocket } from 'ws';
import type { Deliveries, Order, Report } from './protocol.ts';

const openAtOnce = 50;
const tell = (report: Report) => process.send?.(report);

/** One who listens, on one socket after the other. */
interface Client {
  socket: WebSocket;
  isWanted: boolean;
  /** Of the last event seen. */
  cursor: string | null;
  /** The last events seen: what comes again comes soon. */
  seen: number[];
}

const rememberedEvents = 128;
/** Whoever lost their socket comes back within this time, each at a moment of their own. */
const comeBackWithinMs = 2_000;

let clients: Client[] = [];
let due: number[] = [];
let latencies: number[] = [];
const left = new Map<number, number>();
let bare = 0;
let repeated = 0;
let closes: Record<string, number> = {};
/** Streams that the other side ended, by why. */
let ends: Record<string, number> = {};

interface Event {
  cursor?: string;
  edge?: { node: { text?: string; author?: { handle?: string } | null } | null };
}

function take(client: Client, { cursor, edge }: Event): void {
  const node = edge?.node;
  if (!node?.text || !node.author?.handle) {
    bare++;
    return;
  }
  client.cursor = cursor ?? null;
  const [author = 0, number = 0, sentAtMs = 0] = node.text.split(' ').map(Number);
  if (client.seen.includes(number)) {
    repeated++;
    return;
  }
  if (client.seen.push(number) > rememberedEvents) client.seen.shift();
  latencies.push(Date.now() - sentAtMs);
  const remaining = (left.get(number) ?? due[author] ?? 0) - 1;
  if (remaining > 0) left.set(number, remaining);
  else {
    left.delete(number);
    tell({ tells: 'delivered', event: number });
  }
}

function connect(
  client: Client | undefined,
  url: string,
  query: string,
  token: string | null,
): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  const self = client ?? { socket, isWanted: true, cursor: null, seen: [] };
  self.socket = socket;
  if (!client) clients.push(self);
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    closes[code] = (closes[code] ?? 0) + 1;
    if (self.isWanted)
      setTimeout(() => void connect(self, url, query, token), Math.random() * comeBackWithinMs);
  });
  return new Promise((resolve) => {
    socket.on('open', () => {
      const payload = token === null ? {} : { authorization: `Bearer ${token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('close', () => resolve());
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'next' && message.payload.data)
        take(self, message.payload.data.homeTimelineUpdates);
      else if (message.type === 'next' || message.type === 'error') {
        const [error] = message.payload.errors ?? message.payload;
        const why = error?.extensions?.code ?? 'unknown';
        ends[why] = (ends[why] ?? 0) + 1;
        // As a client does whose stream ended: again, behind what it saw last.
        socket.close();
      } else if (message.type === 'ping') socket.send('{"type":"pong"}');
      else if (message.type === 'connection_ack') {
        const payload = { query, variables: { after: self.cursor } };
        if (query) socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        resolve();
      }
    });
  });
}

function report(): Deliveries {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const made = {
    received: sorted.length,
    bare,
    repeated,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
    closes,
    ends,
  };
  latencies = [];
  left.clear();
  bare = 0;
  repeated = 0;
  closes = {};
  ends = {};
  return made;
}

async function follow(order: Order): Promise<void> {
  switch (order.do) {
    case 'open': {
      const tokens = [...order.tokens];
      const work = async () => {
        for (let token = tokens.pop(); token !== undefined; token = tokens.pop())
          await connect(undefined, order.url, order.query, token);
      };
      await Promise.all(Array.from({ length: openAtOnce }, work));
      return void tell({ tells: 'opened' });
    }
    case 'expect':
      due = order.due;
      return;
    case 'cut':
      for (const { socket } of clients) if (Math.random() < order.share) socket.terminate();
      return;
    case 'count':
      return void tell({ tells: 'count', received: latencies.length });
    case 'report':
      return void tell({ tells: 'report', report: report() });
    case 'close':
      for (const client of clients) {
        client.isWanted = false;
        client.socket.terminate();
      }
      clients = [];
      return void tell({ tells: 'closed' });
    default:
      return order satisfies never;
  }
}

process.on('message', (order: Order) => void follow(order));
process.on('disconnect', () => process.exit());
