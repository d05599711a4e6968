import type { InternalKey } from '@murmuration/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Envelope, envelopeHeader, envelopeProblems, verifyEnvelope } from '../envelope/envelope.ts';
import { createReplayGuard } from '../envelope/replay-guard.ts';
import { createHttpServer, type HttpServer, type Readiness } from '../http/server.ts';
import { watchKey } from '../observe/key-age.ts';
import { envelopeRefusals } from '../observe/metrics.ts';
import { createRequestContext, type RequestContext } from './context.ts';
import type { GraphQLRequest, Subgraph } from './subgraph.ts';

/** The verified envelope of the request being handled; set before any handler of a signed route runs. */
declare module 'fastify' {
  interface FastifyRequest {
    envelope: Envelope | null;
  }
}

/** Routes that carry no envelope: probes and public keys. Everything else must be signed. */
const openPaths = new Set(['/livez', '/readyz', '/.well-known/jwks.json']);

/** By hand: the schema library took as long as verifying the envelope. */
function isGraphQLRequest(body: unknown): body is GraphQLRequest {
  if (typeof body !== 'object' || body === null) return false;
  const { query, operationName, variables } = body as Record<string, unknown>;
  const isNamed = operationName == null || typeof operationName === 'string';
  const hasVariables = variables == null || (typeof variables === 'object' && !Array.isArray(variables));
  return typeof query === 'string' && isNamed && hasVariables;
}

export interface SubgraphServerOptions {
  logger: Logger;
  keys: readonly InternalKey[];
  readiness: Record<string, Readiness>;
}

/**
 * Serves a subgraph: `POST /graphql` and whatever routes the caller adds to `app`, all of them signed.
 * A port of it open to the internet is still safe: without a good envelope nothing is parsed or run.
 */
export function serveSubgraph<Context extends RequestContext>(
  subgraph: Subgraph<Context>,
  options: SubgraphServerOptions,
): HttpServer {
  const server = createHttpServer({ logger: options.logger, readiness: options.readiness });
  const { app } = server;
  const [signing] = options.keys;
  if (signing) watchKey('internal', signing);
  requireEnvelope(server, subgraph.name, options);
  const guard = createReplayGuard();

  app.post('/graphql', async (request, reply) => {
    const envelope = envelopeOf(request);
    const body = parseJson(request.body);
    if (!isGraphQLRequest(body)) {
      return reply.code(400).send({ errors: [{ message: 'Not a GraphQL request.' }] });
    }
    if (subgraph.kindOf(body) === 'mutation' && !guard.admit(envelope.id)) {
      envelopeRefusals.labels(subgraph.name, 'replayed').inc();
      return refuse(reply);
    }
    const abort = new AbortController();
    const onClose = () => abort.abort();
    request.raw.socket.once('close', onClose);
    const context = createRequestContext({ ...envelope, logger: options.logger, signal: abort.signal });
    const result = await subgraph.execute(body, context);
    request.raw.socket.off('close', onClose);
    return reply.type('application/json').send(JSON.stringify(result));
  });
  return server;
}

/**
 * The envelope of a signed request.
 * @throws Error on a route that is open
 */
export function envelopeOf(request: FastifyRequest): Envelope {
  if (!request.envelope) throw new Error('this route carries no envelope');
  return request.envelope;
}

/** Parses the raw body of a signed route; undefined when it is not JSON. */
export function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}

function requireEnvelope(server: HttpServer, audience: string, options: SubgraphServerOptions): void {
  const { app } = server;
  app.decorateRequest('envelope', null);
  // From zero on, or the first refusal would not be a rise.
  for (const because of [...envelopeProblems, 'replayed']) envelopeRefusals.labels(audience, because).inc(0);
  // The digest is over the bytes as sent, so bodies stay bytes until the envelope was verified.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // With a callback: an asynchronous hook would cost every request two turns of the promise queue.
  app.addHook('preHandler', (request, reply, done) => {
    const path = request.raw.url ?? '';
    if (openPaths.has(path)) return done();
    const header = request.headers[envelopeHeader];
    const result = verifyEnvelope(options.keys, typeof header === 'string' ? header : undefined, {
      audience,
      method: request.method,
      path,
      body: (request.body as Buffer | undefined) ?? '',
    });
    if (result.status === 'verified') {
      request.envelope = result.envelope;
      return done();
    }
    envelopeRefusals.labels(audience, result.because).inc();
    // Without its query: whoever sends what we do not expect may have written anything there.
    const [route] = path.split('?', 1);
    options.logger.warn({ because: result.because, path: route }, 'refused an unsigned request');
    refuse(reply);
  });
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply
    .code(401)
    .type('application/json')
    .send(JSON.stringify({ errors: [{ message: 'Refused.', extensions: { code: 'UNAUTHENTICATED' } }] }));
}
