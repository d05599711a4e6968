import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createEdgeContext, positionHeader } from '../../context.ts';
import { edgeCodes } from '../../edge-codes.ts';
import type { Authenticate } from '../../identity/authenticate.ts';
import type { DenyList } from '../../identity/deny-list.ts';
import { createLiveCaller } from '../../subscriptions/caller.ts';
import type { LiveLimits } from '../../subscriptions/limits.ts';
import { liveEvents, liveSubscriptions } from '../../subscriptions/metrics.ts';
import type { Admitted, Operations } from '../../subscriptions/operations.ts';
import { clientAddressOf } from '../client-address.ts';
import { refuse } from '../refusals.ts';
import type { StreamFormat } from './format.ts';
import { createWriter } from './writer.ts';

export interface StreamOptions {
  operations: Operations;
  authenticate: Authenticate;
  denyList: DenyList;
  limits: LiveLimits;
  trustedProxies: number;
  deadlineMs: number;
}

export interface Streams {
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    format: StreamFormat,
    requestId: string,
    body: unknown,
  ): Promise<unknown>;
  /** Ends the open ones; their clients connect again, to another process. */
  drain(): void;
}

const operationRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** Operations over an HTTP response that stays open: SSE, and Apollo's multipart. */
export function createStreams(options: StreamOptions): Streams {
  const { operations, limits } = options;
  const open = new Set<(message: string, code: string) => void>();

  async function run(
    admitted: Admitted,
    request: FastifyRequest,
    reply: FastifyReply,
    format: StreamFormat,
    requestId: string,
  ): Promise<void> {
    const abort = new AbortController();
    const writer = createWriter(reply.raw, limits.maxStalledMs);
    const end = (message: string, code: string) => {
      writer.end(format.cut({ message, extensions: { code } }));
      abort.abort();
    };
    const caller = createLiveCaller(options.authenticate, options.denyList, {
      onExpiring: () => undefined,
      onExpired: () => end('The access token has expired.', edgeCodes.unauthenticated),
      onSessionEnded: () => end('This session has ended.', edgeCodes.unauthenticated),
    });
    await caller.signIn(request.headers.authorization);
    const position = request.headers[positionHeader];
    const createContext = () =>
      createEdgeContext({
        identity: caller.current().identity,
        requestId,
        position: typeof position === 'string' ? position : undefined,
        deadlineMs: options.deadlineMs,
        address: clientAddressOf(request.raw, options.trustedProxies),
        signal: abort.signal,
      });
    const outcome =
      admitted.kind === 'subscription'
        ? await operations.subscribe(admitted, createContext)
        : await operations.execute(admitted, createContext());
    const results = Symbol.asyncIterator in outcome ? outcome : onlyOne(outcome);

    reply.hijack();
    reply.raw.writeHead(200, { ...textHeaders(reply), 'content-type': format.contentType });
    reply.raw.once('close', () => abort.abort());
    abort.signal.addEventListener('abort', () => void results.return(undefined), { once: true });
    if (reply.raw.destroyed) abort.abort();
    const heartbeat = setInterval(() => void writer.write(format.heartbeat), limits.pingMs).unref();
    const gauge = liveSubscriptions.labels(format.transport);
    open.add(end);
    gauge.inc();
    try {
      await writer.write(format.open);
      for await (const result of results) {
        liveEvents.labels(format.transport).inc();
        await writer.write(format.result(result));
      }
      writer.end(format.complete);
    } catch (error) {
      request.log.warn({ err: error }, 'a stream was cut');
      reply.raw.destroy();
    } finally {
      clearInterval(heartbeat);
      caller.stop();
      open.delete(end);
      gauge.dec();
    }
  }

  return {
    async serve(request, reply, format, requestId, body) {
      const parsed = operationRequest.safeParse(body);
      if (!parsed.success) return refuse(reply, 400, 'Not a GraphQL request.', edgeCodes.badUserInput);
      if (open.size >= limits.maxSockets) {
        reply.header('retry-after', '5');
        return refuse(reply, 503, 'Too many open streams.', edgeCodes.rateLimited);
      }
      // Fails with the right status before anything is streamed.
      await options.authenticate(request.headers.authorization);
      const admitted = operations.admit(parsed.data);
      if ('errors' in admitted) return reply.code(400).send({ errors: admitted.errors });
      if (request.method === 'GET' && admitted.kind === 'mutation') {
        return refuse(reply, 405, 'A mutation needs POST.', edgeCodes.badUserInput);
      }
      return run(admitted, request, reply, format, requestId);
    },
    drain() {
      for (const end of open) end('This server is being replaced; connect again.', edgeCodes.downstream);
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
