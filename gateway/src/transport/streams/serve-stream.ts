import { setTimeout as sleep } from 'node:timers/promises';
import { callerKeyOf } from '@murmuration/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../identity/authenticate.ts';
import type { DenyList } from '../../identity/deny-list.ts';
import { createEdgeContext, withPosition } from '../../operation/context.ts';
import { edgeCodes } from '../../operation/edge-codes.ts';
import type { Road } from '../../operation/road.ts';
import { createLiveCaller, type LiveCaller } from '../../subscriptions/caller.ts';
import type { Places } from '../../subscriptions/places.ts';
import type { LiveLimits } from '../../subscriptions/limits.ts';
import { joined, type ResultText, textOf } from '../../subscriptions/result-text.ts';
import { SlowConsumer } from '../../subscriptions/stream.ts';
import { liveEvents, liveSubscriptions } from '../../subscriptions/metrics.ts';
import { positionOf, writeJson } from '../answer-exchange.ts';
import { clientAddressOf, clientAgentOf } from '../client-address.ts';
import type { ReadExchange } from '../read-exchange.ts';
import { refuse, send } from '../refusals.ts';
import type { StreamFormat } from './format.ts';
import { createWriter } from './writer.ts';

export interface StreamOptions {
  road: Road;
  authenticate: Authenticate;
  denyList: DenyList;
  /** Shared with the sockets: both are connections that stay. */
  places: Places;
  limits: LiveLimits;
  trustedProxies: number;
  deadlineMs: number;
}

type Read = Extract<ReadExchange, { status: 'read' }>;
type End = (message: string, code: string) => void;
type Results = AsyncGenerator<ResultText, void>;

export interface Streams {
  /** Answers who takes a stream: a subscription as one, and anything else so only where JSON is not acceptable. */
  serve(request: FastifyRequest, reply: FastifyReply, format: StreamFormat, read: Read): Promise<unknown>;
  /**
   * Ends the open ones, spread over the given time, and from now on each that is opened within as much; their clients
   * connect again, to another process.
   */
  drain(withinMs: number): Promise<void>;
}

/** Operations over an HTTP response that may stay open: SSE, and Apollo's multipart. */
export function createStreams(options: StreamOptions): Streams {
  const { limits, road } = options;
  const open = new Set<End>();
  let drainMs: number | undefined;

  /** At a moment of its own, as sockets are closed. */
  async function endSoon(end: End): Promise<void> {
    await sleep(Math.random() * (drainMs ?? 0));
    end('This server is being replaced; connect again.', edgeCodes.downstream);
  }

  /** Runs the operation for as long as its caller may hear it. */
  async function run(
    caller: LiveCaller,
    abort: AbortController,
    request: FastifyRequest,
    reply: FastifyReply,
    { head, mayMutate, negotiated, request: asked, requestId }: Read,
    onStream: (results: Results) => Promise<unknown>,
  ): Promise<unknown> {
    await caller.signIn(request.headers.authorization);
    const address = clientAddressOf(request.raw, options.trustedProxies);
    const { identity } = caller.current();
    const leave = options.places.take(
      identity.kind === 'viewer' ? identity.subject : undefined,
      callerKeyOf(address),
    );
    if (leave === undefined) {
      reply.header('retry-after', '5');
      return refuse(reply, 503, 'Too many open streams.', edgeCodes.rateLimited);
    }
    try {
      const createContext = () =>
        createEdgeContext({
          identity: caller.current().identity,
          requestId,
          position: positionOf(request.raw),
          deadlineMs: options.deadlineMs,
          address,
          agent: clientAgentOf(request.raw),
          signal: abort.signal,
        });
      const answered = await road({ request: asked, head, mayMutate, mayStream: true, createContext });
      if (answered.kind === 'stream') return await onStream(answered.results);
      const { context, isRefused, result } = answered;
      if (isRefused || negotiated.json) return send(reply, writeJson(answered, requestId, negotiated.json));
      return await onStream(onlyOne(textOf(withPosition(result, context))));
    } finally {
      leave();
    }
  }

  async function stream(
    results: Results,
    abort: AbortController,
    reply: FastifyReply,
    request: FastifyRequest,
    format: StreamFormat,
    onOpen: (end: End) => void,
  ): Promise<void> {
    const writer = createWriter(reply.raw, limits.maxStalledMs);
    const end: End = (message, code) => {
      if (!open.delete(end)) return;
      writer.end(format.cut({ message, extensions: { code } }));
      abort.abort();
    };
    reply.hijack();
    const gauge = liveSubscriptions.labels(format.transport);
    const heartbeat = setInterval(() => void writer.write(format.heartbeat), limits.pingMs).unref();
    const stop = () => void results.return(undefined);
    gauge.inc();
    open.add(end);
    if (drainMs !== undefined) void endSoon(end);
    try {
      reply.raw.writeHead(200, { ...textHeaders(reply), 'content-type': format.contentType });
      abort.signal.addEventListener('abort', stop, { once: true });
      if (abort.signal.aborted || reply.raw.destroyed) stop();
      onOpen(end);
      await writer.write(format.open);
      for await (const result of results) {
        liveEvents.labels(format.transport).inc();
        await writer.write(format.result(joined(result)));
      }
      writer.end(format.complete);
    } catch (error) {
      if (error instanceof SlowConsumer) return end(error.message, edgeCodes.slowConsumer);
      request.log.warn({ err: error }, 'a stream was cut');
      reply.raw.destroy();
    } finally {
      clearInterval(heartbeat);
      open.delete(end);
      gauge.dec();
    }
  }

  return {
    async serve(request, reply, format, read) {
      const abort = new AbortController();
      // Until the stream is open there is nothing to write the reason to.
      let end: End = () => abort.abort();
      const caller = createLiveCaller(options.authenticate, options.denyList, {
        onExpiring: () => undefined,
        onExpired: () => end('The access token has expired.', edgeCodes.unauthenticated),
        onSessionEnded: () => end('This session has ended.', edgeCodes.unauthenticated),
      });
      reply.raw.once('close', () => reply.raw.writableFinished || abort.abort());
      try {
        return await run(caller, abort, request, reply, read, (results) =>
          stream(results, abort, reply, request, format, (opened) => (end = opened)),
        );
      } finally {
        caller.stop();
      }
    },
    async drain(withinMs) {
      drainMs = withinMs;
      await Promise.all([...open].map(endSoon));
    },
  };
}

async function* onlyOne<T>(result: T): AsyncGenerator<T, void> {
  yield result;
}

/** What plugins have set so far (CORS, the request id), as raw headers. */
function textHeaders(reply: FastifyReply): Record<string, string> {
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(headers), 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
}
