import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { certificate, privateKey } from './localhost.fixture.ts';
import { type Answer, createPool, type Pool, type PoolLimits } from './pool.ts';
import { requestWriter } from './request-text.ts';

const defaults: PoolLimits = {
  connections: 4,
  keepAliveMs: 60_000,
  connectionMaxLifeMs: 60_000,
  connectTimeoutMs: 5_000,
};
const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

function listen<Some extends net.Server>(server: Some): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  closings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

/** A server that answers with what `listener` says, and a way to ask it. */
async function serve(listener: RequestListener, limits: Partial<PoolLimits> = {}) {
  const server = createServer(listener);
  return { server, ...clientOf(`http://127.0.0.1:${await listen(server)}/graphql?v=1`, limits) };
}

function clientOf(address: string, limits: Partial<PoolLimits> = {}) {
  const url = new URL(address);
  const pool = createPool(url, { ...defaults, ...limits });
  closings.push(() => pool.close());
  const write = requestWriter(url, { 'content-type': 'application/json' });
  return { pool, ask: (body = '{}', headers = {}) => ask(pool, write(headers, body)) };
}

function ask(pool: Pool, written: ReturnType<ReturnType<typeof requestWriter>>): Promise<Answer> {
  return new Promise((onAnswer, onError) =>
    pool.send({ ...written, maxAnswerBytes: 4 * 1024 * 1024, onAnswer, onError }),
  );
}

/** Answers with the request itself. */
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { headers, method, url, socket } = request;
    const body = Buffer.concat(chunks).toString();
    response.end(JSON.stringify({ method, url, headers, body, port: socket.remotePort }));
  });
};
const portOf = ({ text }: Answer) => (JSON.parse(text) as { port: number }).port;

describe('a request', () => {
  test.each([
    ['letters', '{"query":"{a}"}'],
    ['any characters', '{"name":"Zoë 🐦"}'],
    ['many bytes', JSON.stringify({ text: 'ü'.repeat(500_000) })],
    ['nothing', ''],
  ])('brings %s as they are', async (_, body) => {
    const { ask, server } = await serve(echo);
    const { text, status } = await ask(body, { 'x-request-id': 'r1' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      method: 'POST',
      url: '/graphql?v=1',
      body,
      headers: {
        host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        'content-type': 'application/json',
        'x-request-id': 'r1',
        'content-length': String(Buffer.byteLength(body)),
      },
    });
  });

  test.each([
    ['value', { 'x-request-id': 'a\r\nx-admin: 1' }],
    ['name', { 'x: 1\r\nx-admin': '1' }],
  ])('with a header whose %s would begin another is not written', async (_, headers) => {
    const { ask } = await serve(echo);
    await expect(async () => ask('{}', headers)).rejects.toThrow(TypeError);
  });
});

describe('an answer', () => {
  test('of many chunks is put together', async () => {
    const part = 'ü'.repeat(70_001);
    const { ask } = await serve((_, response) => {
      for (let i = 0; i < 5; i++) response.write(part);
      response.end('!');
    });
    expect((await ask()).text).toBe(`${part.repeat(5)}!`);
  });

  test('that breaks off is an error, and its connection is not used again', async () => {
    const ports: (number | undefined)[] = [];
    const { ask } = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.writeHead(200, { 'content-length': 100 });
      response.write('x');
      setTimeout(() => request.socket.destroy(), 10);
    });
    await expect(ask()).rejects.toThrow(/closed|ECONNRESET/);
    await expect(ask()).rejects.toThrow(/closed|ECONNRESET/);
    expect(new Set(ports).size).toBe(2);
  });
});

describe('connections', () => {
  test('carry one request after the other', async () => {
    const { ask } = await serve(echo);
    expect(portOf(await ask())).toBe(portOf(await ask()));
  });

  test('are no more than allowed; who comes later waits, in order', async () => {
    let most = 0;
    const order: string[] = [];
    const { ask, server } = await serve(
      (request, response) => {
        server.getConnections((_, count) => (most = Math.max(most, count)));
        request.on('data', (body) => order.push(String(body)));
        setTimeout(() => response.end('{}'), 5);
      },
      { connections: 2 },
    );
    await Promise.all(['1', '2', '3', '4', '5', '6'].map((body) => ask(body)));
    expect(most).toBe(2);
    expect(order).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('that the other side closed while idle are replaced', async () => {
    const { ask, server } = await serve(echo);
    const first = portOf(await ask());
    server.closeIdleConnections();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(portOf(await ask())).not.toBe(first);
  });

  test('are not used longer than the other side says it keeps them', async () => {
    const { ask, server } = await serve(echo);
    // A second is taken off.
    server.keepAliveTimeout = 1_000;
    const first = portOf(await ask());
    expect(portOf(await ask())).not.toBe(first);
  });

  test('are closed when they were idle for long', async () => {
    const { ask, server } = await serve(echo, { keepAliveMs: 30 });
    await ask();
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
      .toBe(0);
  });

  test('are replaced when they have lived for long, however busy', async () => {
    const { ask } = await serve(echo, { connectionMaxLifeMs: 50 });
    const ports = new Set<number>();
    const startedMs = performance.now();
    while (performance.now() - startedMs < 70 || ports.size < 2) ports.add(portOf(await ask()));
    expect(ports.size).toBeLessThan(20);
  });

  test('of an answer that says close are not used again', async () => {
    const { ask } = await serve((request, response) => {
      response.setHeader('connection', 'close');
      echo(request, response);
    });
    expect(portOf(await ask())).not.toBe(portOf(await ask()));
  });

  test('that are refused are an error for each who asked', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { ask } = clientOf(`http://127.0.0.1:${port}/`, { connections: 1 });
    const asked = [ask(), ask(), ask()];
    for (const one of asked) await expect(one).rejects.toThrow('ECONNREFUSED');
  });

  test('that are not made in time are an error', async () => {
    const silent = net.createServer();
    const port = await listen(silent);
    const { ask } = clientOf(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 30 });
    await expect(ask()).rejects.toThrow('no connection in 30 ms');
  });

  test('are closed when bytes come that nobody asked for', async () => {
    const sockets: net.Socket[] = [];
    const server = createServer(echo).on('connection', (socket) => sockets.push(socket));
    const { ask } = clientOf(`http://127.0.0.1:${await listen(server)}/`);
    const first = portOf(await ask());
    sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await ask();
    expect(portOf(second)).not.toBe(first);
  });
});

describe('taking back', () => {
  test('a request that is under way closes its connection, one that waits never leaves', async () => {
    const bodies: string[] = [];
    const gone: Promise<void>[] = [];
    const { pool } = await serve(
      (request, response) => {
        request.on('data', (body) => bodies.push(String(body)));
        gone.push(new Promise((resolve) => response.on('close', resolve)));
      },
      { connections: 1 },
    );
    const heard: string[] = [];
    const requestOf = (body: string) => ({
      ...requestWriter(new URL('http://x/'), {})({}, body),
      maxAnswerBytes: 100,
      onAnswer: () => void heard.push('answer'),
      onError: () => void heard.push('error'),
    });
    const [running, waiting] = [requestOf('1'), requestOf('2')];
    pool.send(running);
    pool.send(waiting);
    await expect.poll(() => bodies).toEqual(['1']);
    pool.cancel(waiting);
    pool.cancel(running);
    await gone[0];
    expect([bodies, heard]).toEqual([['1'], []]);
  });
});

describe('closing', () => {
  test('lets what runs and waits end, and takes nothing more', async () => {
    const { ask, pool } = await serve((_, response) => void setTimeout(() => response.end('{}'), 20), {
      connections: 1,
    });
    const asked = [ask(), ask()];
    await pool.close();
    expect(await Promise.all(asked)).toHaveLength(2);
    await expect(ask()).rejects.toThrow('closed');
  });
});

describe('TLS', () => {
  test('is spoken to https, and only with a certificate for that host', async () => {
    const trusted = tls.getCACertificates('default');
    const server: Server = createSecureServer({ key: privateKey, cert: certificate }, echo);
    const port = await listen(server);
    const stranger = clientOf(`https://localhost:${port}/graphql`);
    await expect(stranger.ask()).rejects.toThrow('self-signed');
    tls.setDefaultCACertificates([...trusted, certificate]);
    try {
      const { ask } = clientOf(`https://localhost:${port}/graphql`);
      const body = 'ü'.repeat(300_000);
      expect(JSON.parse((await ask(body)).text)).toMatchObject({
        body,
        headers: { host: `localhost:${port}` },
      });
      expect(portOf(await ask())).toBe(portOf(await ask()));
      await expect(clientOf(`https://127.0.0.1:${port}/`).ask()).rejects.toThrow('127.0.0.1');
    } finally {
      tls.setDefaultCACertificates(trusted);
    }
  });
});
