import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createFlushLater } from './flush-later.ts';
import { createOutbox, type Outbox, resultFrame } from './outbox.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const patient = { maxBufferedBytes: 256 * 1024 };

/** An outbox at a server, and what its client receives, with how often the server wrote. */
async function connect(options: { pauseMs?: number; limits?: typeof patient } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const opened = new Promise<{ outbox: Outbox; socket: Socket; writes: () => number }>((resolve) => {
    http.on('upgrade', (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (ws) => {
        let writes = 0;
        ws.on('error', () => undefined);
        const flushLater = createFlushLater(options.pauseMs ?? 0);
        const outbox = createOutbox(ws, socket, options.limits ?? patient, flushLater);
        const { write } = request.socket;
        request.socket.write = ((...args: Parameters<typeof write>) => {
          writes++;
          return write.apply(request.socket, args);
        }) as typeof write;
        resolve({ outbox, socket: request.socket, writes: () => writes });
      }),
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    perMessageDeflate: false,
  });
  const received: string[] = [];
  client.on('message', (data) => received.push(String(data)));
  cleanUps.push(() => {
    client.terminate();
    http.close();
  });
  const until = async (count: number) => {
    while (received.length < count) await once(client, 'message');
    return received;
  };
  await once(client, 'open');
  return { ...(await opened), client, until };
}

const frame = resultFrame('{"id":"1","payload":', '}');

describe('an outbox', () => {
  it.each([
    ['short', 'a'],
    ['longer than 125 bytes', 'b'.repeat(200)],
    ['longer than two bytes can say', 'c'.repeat(70_000)],
    ['not of one byte a character', '\u00e4\u{1f426}'.repeat(50)],
  ])('writes a text that is %s', async (_what, text) => {
    const { outbox, until } = await connect();
    outbox.tell(frame, { pieces: [`{"at":`, `,"text":"${text}","again":`, '}'], own: '"\u00e9w\u00f6n"' });
    const [only] = await until(1);
    expect(only).toBe(
      `{"id":"1","payload":{"at":"\u00e9w\u00f6n","text":"${text}","again":"\u00e9w\u00f6n"}}`,
    );
  });

  it('keeps the order of messages and results, and writes what comes in one turn at once', async () => {
    const { outbox, until, writes } = await connect();
    const before = writes();
    for (const n of [1, 2, 3]) outbox.tell(frame, { pieces: [String(n)], own: '' });
    await until(3);
    expect(writes() - before).toBe(1);
    outbox.tell(frame, { pieces: ['4'], own: '' });
    outbox.send('complete');
    expect((await until(5)).map((text) => /\d(?=\}$)/.exec(text)?.[0] ?? text)).toEqual([
      '1',
      '2',
      '3',
      '4',
      'complete',
    ]);
  });

  it('writes results that come close to each other together', async () => {
    const { outbox, until, writes } = await connect({ pauseMs: 200 });
    outbox.tell(frame, { pieces: ['0'], own: '' });
    await until(1);
    const before = writes();
    for (let n = 1; n <= 5; n++) {
      outbox.tell(frame, { pieces: [String(n)], own: '' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await until(6)).toHaveLength(6);
    expect(writes() - before).toBe(1);
  });

  it('says when a client does not read, and when there is room again', async () => {
    const { client, outbox } = await connect({ limits: { maxBufferedBytes: 1_000 } });
    client.pause();
    let waits: Promise<void> | undefined;
    const big = { pieces: ['x'.repeat(1_000_000)], own: '' };
    for (let n = 0; n < 50 && !waits; n++) {
      waits = outbox.tell(frame, big);
      outbox.flush();
    }
    expect(waits).toBeInstanceOf(Promise);
    expect(outbox.stalledSinceMs()).toBeLessThanOrEqual(performance.now());
    client.resume();
    await waits;
    await expect.poll(() => outbox.stalledSinceMs()).toBeUndefined();
  });

  it('keeps nobody waiting for a socket that has gone', async () => {
    const { client, outbox, socket } = await connect({ limits: { maxBufferedBytes: 0 } });
    client.pause();
    const big = { pieces: ['x'.repeat(8_000_000)], own: '' };
    outbox.tell(frame, big);
    outbox.flush();
    const waits = outbox.tell(frame, big);
    expect(waits).toBeInstanceOf(Promise);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.terminate();
    await Promise.all([waits, closed]);
  });
});
