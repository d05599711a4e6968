import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type JWTPayload, jwtVerify } from 'jose';

/** What a service says to a message: a status, headers beside it, and a body. */
export interface Said {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

/** A service like Apple's on this machine: HTTP/2 without TLS, which knows one key. */
export async function openApns() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const received: { path: string; headers: IncomingHttpHeaders; body: unknown; token: string }[] = [];
  const sessions = new Set<Http2Session>();
  let answer: ((path: string) => Said) | null = null;
  const server = createHttp2Server();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => void take(stream, headers));

  async function take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    stream.on('error', () => undefined);
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
    const [, token = ''] = /^bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    const isKnown = await jwtVerify(token, publicKey, { issuer: 'TEAM000001' }).then(
      () => true,
      () => false,
    );
    const path = headers[':path'] ?? '';
    const said: Said = !isKnown
      ? { status: 403, body: { reason: 'InvalidProviderToken' } }
      : (answer?.(path) ?? { status: 200 });
    if (said.status === 200) received.push({ path, headers, body: JSON.parse(text), token });
    if (stream.destroyed) return;
    stream.respond({ ':status': said.status, ...said.headers });
    stream.end(said.body === undefined ? '' : JSON.stringify(said.body));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    /** As it stands in the setting. */
    key: `TEAM000001:KEY0000001:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')}`,
    received,
    sessions,
    answer: (how: ((path: string) => Said) | null) => void (answer = how),
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A service like Firebase's on this machine, and the one that gives access to it. */
export async function openFcm() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const received: { path: string; body: unknown }[] = [];
  const asked: JWTPayload[] = [];
  let answer: (() => Said) | null = null;
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      const saying =
        path === '/token' ? giveAccess(body, publicKey) : take(path, body, request.headers.authorization);
      void saying.then(({ status, headers = {}, body: said = {} }) =>
        response.writeHead(status, headers).end(JSON.stringify(said)),
      );
    });
  });

  async function giveAccess(form: string, key: KeyObject): Promise<Said> {
    const assertion = new URLSearchParams(form).get('assertion') ?? '';
    const { payload } = await jwtVerify(assertion, key);
    asked.push(payload);
    return {
      status: 200,
      body: { access_token: `access-${asked.length}`, expires_in: 3_600, token_type: 'Bearer' },
    };
  }

  async function take(path: string, body: string, authorization = ''): Promise<Said> {
    if (authorization !== `Bearer access-${asked.length}`) return { status: 401 };
    const said = answer?.() ?? { status: 200 };
    if (said.status === 200) received.push({ path, body: JSON.parse(body) });
    return said;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server)}`;
  const account = {
    type: 'service_account',
    client_email: 'murmuration@example.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
  return {
    url,
    tokenUrl: `${url}/token`,
    account: JSON.stringify(account),
    received,
    /** Who asked for access. */
    asked,
    answer: (how: (() => Said) | null) => void (answer = how),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
