import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer, createLogger } from '../src/index.ts';
import { createSubgraph, serveSubgraph } from '../src/subgraph/index.ts';

const logger = createLogger('test', 'silent');
const subgraph = serveSubgraph(
  createSubgraph({
    name: 'demo',
    logger,
    typeDefs: 'type Query { hello: String }',
    resolvers: {},
    createContext: (context) => context,
  }),
  { logger, keys: [{ id: 'k1', secret: randomBytes(32) }], readiness: {} },
);
const linger = { bytes: 8_000_000, ms: 3_000 };
const strict = createHttpServer({ logger, readiness: {}, linger, bodyBytes: 1_000 });
let url = '';
let strictUrl = '';

beforeAll(async () => {
  url = await subgraph.listen({ host: '127.0.0.1', port: 0 });
  strictUrl = await strict.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => Promise.all([subgraph.app.close(), strict.app.close()]));

const large = Buffer.alloc(3_000_000, 'x');
const headers = { 'content-type': 'application/json' };

describe('an answer that comes before its request has', () => {
  it('is read by every one of sixty clients that send twelve megabytes', async () => {
    const workerData = { url: `${url}/graphql`, times: 60, length: 12_000_000 };
    const client = new Worker(new URL('support/post-large.ts', import.meta.url), { workerData });
    expect(await once(client, 'message')).toEqual([{ '413 and a text': 60 }]);
  }, 120_000);

  it('is read where the body has another type, no length, or belongs to a GET', async () => {
    const plain = { method: 'POST', headers: { 'content-type': 'image/png' }, body: large };
    const chunked = { method: 'POST', headers, body: new Blob([large]).stream(), duplex: 'half' as const };
    for (let i = 0; i < 20; i++) {
      expect((await fetch(`${strictUrl}/nowhere`, plain)).status).toBe(404);
      expect((await fetch(`${url}/graphql`, { ...chunked, body: new Blob([large]).stream() })).status).toBe(
        413,
      );
      const got = await talk(
        strictUrl,
        `GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: ${large.length}\r\n\r\n`,
        large,
      );
      expect(got).toMatch(/^HTTP\/1.1 200 OK/);
    }
  });

  it('is read by a client that sends slowly, and its connection ends', async () => {
    const { ended, received, socket } = open(strictUrl);
    socket.write(
      'POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 9000\r\n\r\n',
    );
    for (let i = 0; i < 5; i++) {
      socket.write('slowly');
      await sleep(20);
    }
    await expect.poll(received).toMatch(/^HTTP\/1.1 404 /);
    socket.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.end();
    await ended;
    // What came after the answer was no request.
    expect(received().match(/HTTP\/1.1/g)).toHaveLength(1);
  });

  it('ends the connection of a client that never stops, after so many bytes or so long', async () => {
    const head =
      'POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const flood = open(strictUrl);
    flood.socket.write(head);
    const pump = () => {
      while (!flood.socket.destroyed && flood.socket.write(chunk));
    };
    flood.socket.on('drain', pump);
    pump();
    await flood.ended;
    expect(flood.socket.bytesWritten).toBeGreaterThan(linger.bytes);
    const silent = open(strictUrl);
    silent.socket.write(head);
    await expect.poll(silent.received).toMatch(/^HTTP\/1.1 404 /);
    const connections = promisify(strict.app.server.getConnections.bind(strict.app.server));
    await expect.poll(() => connections()).toBe(0);
    silent.socket.destroy();
  });

  it('comes instead of leave to send a body that is too long', async () => {
    const ask = (length: number) =>
      new Promise<{ status: number | undefined; isContinued: boolean }>((resolve, reject) => {
        const asking = request(`${strictUrl}/nowhere`, {
          method: 'POST',
          headers: { ...headers, expect: '100-continue', 'content-length': length },
        });
        let isContinued = false;
        asking.on('continue', () => {
          isContinued = true;
          asking.end('1'.repeat(length));
        });
        asking.on('response', (response) => {
          resolve({ status: response.statusCode, isContinued });
          response.resume();
          asking.destroy();
        });
        asking.on('error', reject);
        asking.flushHeaders();
      });
    expect(await ask(5_000)).toEqual({ status: 413, isContinued: false });
    expect(await ask(50)).toEqual({ status: 404, isContinued: true });
  });

  it('tells what is not HTTP so, in JSON, however much of it comes', async () => {
    for (const [text, status] of [
      ['GET / HTTP/1.1\r\nHost: a\r\nX: ', 431],
      ['NOT HTTP AT ALL ', 400],
    ] as const) {
      const answer = await talk(strictUrl, text, large);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
  });
});

function open(target: string): { socket: Socket; received(): string; ended: Promise<unknown> } {
  const socket = connect({ port: Number(new URL(target).port), host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', resolve);
  });
  return { socket, received: () => text, ended };
}

/** Sends all of it, reads only then, as simple clients do; whatever error comes is the answer. */
async function talk(target: string, head: string, body: Buffer): Promise<string> {
  const { ended, received, socket } = open(target);
  socket.pause();
  let failure = '';
  socket.on('error', (error) => (failure = String(error)));
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    socket.write(head);
    socket.write(body, () => resolve());
  });
  socket.resume();
  socket.end();
  await ended;
  return failure || received();
}
