import type { InternalKey } from '@murmuration/config';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Envelope, envelopeHeader, envelopeProblems, verifyEnvelope } from '../envelope/envelope.ts';
import { createReplayGuard } from '../envelope/replay-guard.ts';
import { type DirectAnswer, type DirectHandler, routeDirectly } from '../http/direct-route.ts';
import type { Caller } from '../http/caller.ts';
import { parseJson } from '../http/parse-json.ts';
import type { Readiness } from '../http/readiness.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { watchKey } from '../observe/key-age.ts';
import { envelopeRefusals } from '../observe/metrics.ts';
import { isTracing } from '../observe/tracing/tracing.ts';
import { createRequestContext, type RequestContext } from './context.ts';
import { answersExtension, identityOf, runFor } from './for-viewers.ts';
import type { GraphQLRequest, Subgraph } from './subgraph.ts';

/** The verified envelope of the request being handled; set before any handler of a signed route runs. */
declare module 'fastify' {
  interface FastifyRequest {
    envelope: Envelope | null;
  }
}

/** Routes that carry no envelope: probes and public keys. Everything else must be signed, or be named by its subgraph. */
const openPaths = ['/livez', '/readyz', '/.well-known/jwks.json'];

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
  /** Paths whose requests prove by themselves what they may do. */
  openPaths?: readonly string[];
}

/**
 * Serves a subgraph: `POST /graphql` and whatever routes the caller adds to `app`, all of them signed but those that are named.
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
  const verify = createVerifier(subgraph.name, options);
  requireEnvelope(server, verify, new Set([...openPaths, ...(options.openPaths ?? [])]));
  const run = createRunner(subgraph, options.logger);

  app.post('/graphql', async (request, reply) => {
    const { body, status } = await run(envelopeOf(request), request.body as Buffer | undefined, reply.raw);
    return reply.code(status).type('application/json').send(body);
  });
  const path = '/graphql';
  const handle: DirectHandler = ({ body, raw, response }) => {
    const envelope = verify({ method: 'POST', path, header: raw.headers[envelopeHeader], body });
    return envelope ? run(envelope, body, response) : refusal;
  };
  // The spans of requests hang on the framework's hooks.
  if (!isTracing()) routeDirectly(server, { path, handle, logger: options.logger });
  return server;
}

const notGraphQL: DirectAnswer = { status: 400, body: '{"errors":[{"message":"Not a GraphQL request."}]}' };

const refusal: DirectAnswer = {
  status: 401,
  body: JSON.stringify({ errors: [{ message: 'Refused.', extensions: { code: 'UNAUTHENTICATED' } }] }),
};

/** Runs the operations of verified requests. */
function createRunner<Context extends RequestContext>(subgraph: Subgraph<Context>, logger: Logger) {
  const guard = createReplayGuard();
  return async (envelope: Envelope, body: Buffer | undefined, caller: Caller): Promise<DirectAnswer> => {
    const request = parseJson(body);
    if (!isGraphQLRequest(request)) return notGraphQL;
    if (subgraph.kindOf(request) === 'mutation' && !guard.admit(envelope.id)) {
      envelopeRefusals.labels(subgraph.name, 'replayed').inc();
      return refusal;
    }
    const answerAs = (as: Partial<Envelope>) =>
      subgraph.execute(request, createRequestContext({ ...envelope, ...as, caller, logger }));
    const asked = runFor(request.extensions, envelope, () => subgraph.kindOf(request) === 'query');
    switch (asked.kind) {
      case 'one':
        return { status: 200, body: JSON.stringify(await answerAs({})) };
      case 'many': {
        const answers = await Promise.all(
          asked.viewers.map((viewer) =>
            answerAs({ identity: identityOf(viewer), position: viewer.position }),
          ),
        );
        return {
          status: 200,
          body: JSON.stringify({ data: null, extensions: { [answersExtension]: answers } }),
        };
      }
      case 'refused':
        return asked.status === 401 ? refusal : notGraphQL;
      default:
        return asked satisfies never;
    }
  };
}

/**
 * The envelope of a signed request.
 * @throws Error on a route that is open
 */
export function envelopeOf(request: FastifyRequest): Envelope {
  if (!request.envelope) throw new Error('this route carries no envelope');
  return request.envelope;
}

type Verify = (request: {
  method: string;
  path: string;
  header: string | string[] | undefined;
  body: Buffer | undefined;
}) => Envelope | null;

/** Counts and logs what it refuses. */
function createVerifier(audience: string, { keys, logger }: SubgraphServerOptions): Verify {
  // From zero on, or the first refusal would not be a rise.
  for (const because of [...envelopeProblems, 'replayed']) envelopeRefusals.labels(audience, because).inc(0);
  return ({ body, header, method, path }) => {
    const text = typeof header === 'string' ? header : undefined;
    const result = verifyEnvelope(keys, text, { audience, method, path, body: body ?? '' });
    if (result.status === 'verified') return result.envelope;
    envelopeRefusals.labels(audience, result.because).inc();
    // Without its query: whoever sends what we do not expect may have written anything there.
    const [route] = path.split('?', 1);
    logger.warn({ because: result.because, path: route }, 'refused an unsigned request');
    return null;
  };
}

function requireEnvelope({ app }: HttpServer, verify: Verify, open: ReadonlySet<string>): void {
  app.decorateRequest('envelope', null);
  // The digest is over the bytes as sent, so bodies stay bytes until the envelope was verified.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // With a callback: an asynchronous hook would cost every request two turns of the promise queue.
  app.addHook('preHandler', (request, reply, done) => {
    const path = request.raw.url ?? '';
    if (open.has(path.split('?', 1)[0] ?? '')) return done();
    const header = request.headers[envelopeHeader];
    const body = request.body as Buffer | undefined;
    request.envelope = verify({ method: request.method, path, header, body });
    if (request.envelope) return done();
    reply.code(refusal.status).type('application/json').send(refusal.body);
  });
}
