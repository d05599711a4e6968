import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PushLimits } from './limits.ts';

/** What a server answered. */
export interface Http2Answer {
  status: number;
  retryAfter: string | undefined;
  /** As much of it as is read. */
  body: string;
}

/** One connection for all requests, made when there is one and again when it broke or was told to go. */
export interface Http2Connection {
  /** @throws when there is no answer in time */
  post(headers: OutgoingHttpHeaders, body: string, signal: AbortSignal): Promise<Http2Answer>;
  close(): void;
}

export function createHttp2Connection(options: {
  /** `http:` for a server of one's own that speaks HTTP/2 without TLS. */
  url: string;
  /** A proxy (HTTP CONNECT) that the connection leaves by. */
  proxyUrl?: string | undefined;
  limits: Pick<PushLimits, 'timeoutMs' | 'answerBytes'>;
}): Http2Connection {
  const { limits, proxyUrl, url } = options;
  let opened: Promise<ClientHttp2Session> | null = null;

  function current(): Promise<ClientHttp2Session> {
    if (opened) return opened;
    const forget = () => {
      if (opened === mine) opened = null;
    };
    const mine: Promise<ClientHttp2Session> = Promise.resolve().then(() => open(forget));
    opened = mine;
    return mine;
  }

  /** @param forget has the next request take another one */
  async function open(forget: () => void): Promise<ClientHttp2Session> {
    try {
      const tunnel = proxyUrl && (await openTunnel(new URL(url), new URL(proxyUrl), limits.timeoutMs));
      const session = connect(url, tunnel ? { createConnection: () => tunnel } : {});
      session.unref();
      for (const event of ['error', 'close', 'goaway'] as const) session.on(event, forget);
      // What is on its way goes on.
      session.on('goaway', () => session.close());
      return session;
    } catch (error) {
      forget();
      throw error;
    }
  }

  async function post(headers: OutgoingHttpHeaders, body: string, given: AbortSignal): Promise<Http2Answer> {
    const signal = AbortSignal.any([given, AbortSignal.timeout(limits.timeoutMs)]);
    const session = await current();
    try {
      const stream = session.request({ ':method': 'POST', ...headers }, { signal });
      // Whoever waits for the answer is told; later ones are nobody's.
      stream.on('error', () => undefined);
      stream.end(body);
      const [answer] = (await once(stream, 'response', { signal })) as [Record<string, unknown>];
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) {
        text += String(chunk);
        if (text.length > limits.answerBytes) break;
      }
      const retryAfter = answer['retry-after'];
      return {
        status: Number(answer[':status']),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
        body: text.slice(0, limits.answerBytes),
      };
    } catch (error) {
      // It may hang for good: the next one takes another. Whoever gave up says nothing of it, and others have requests on it.
      if (!given.aborted) session.destroy();
      throw error;
    }
  }

  return {
    post,
    close() {
      void opened?.then((session) => session.destroy()).catch(() => undefined);
    },
  };
}

/** A connection through a proxy, encrypted to its end unless the server speaks without: the proxy sees a name and nothing else. */
async function openTunnel(to: URL, proxy: URL, timeoutMs: number): Promise<Socket> {
  const { hostname, port, protocol } = to;
  const asked = request({
    host: proxy.hostname,
    port: proxy.port || 80,
    method: 'CONNECT',
    path: `${hostname}:${port || 443}`,
    timeout: timeoutMs,
  });
  asked.once('timeout', () => asked.destroy(new Error('the proxy does not answer')));
  asked.end();
  const [answer, socket, head] = (await once(asked, 'connect')) as [IncomingMessage, Socket, Buffer];
  if (answer.statusCode !== 200) {
    socket.destroy();
    throw new Error(`the proxy answered ${answer.statusCode}`);
  }
  socket.setTimeout(0);
  // What the server said already.
  if (head.length > 0) socket.unshift(head);
  if (protocol === 'http:') return socket;
  return connectTls({ socket, servername: hostname, ALPNProtocols: ['h2'] });
}
