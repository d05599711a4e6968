import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { parseJson } from '@murmuration/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  answeredPosition,
  createEdgeContext,
  type EdgeContext,
  positionHeader,
  requestIdHeader,
  requestIdOf,
} from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';
import { type CancelSignal, createCancel } from '../execution/cancel.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Answer } from '../pipeline/answer.ts';
import { type TrustedDocuments, untrustedMessage } from '../plugins/trusted-documents.ts';
import { clientAddressOf } from './client-address.ts';
import { compressAnswers } from './compress.ts';
import { mediaTypeOf } from './media-type.ts';
import { refuse } from './refusals.ts';
import { streamFormatOf } from './streams/format.ts';
import type { Streams } from './streams/serve-stream.ts';

export interface GraphQLRouteOptions {
  /** From a request to its answer: Apollo Server or what stands for it. */
  answer: Answer;
  authenticate: Authenticate;
  streams: Streams;
  documents: TrustedDocuments;
  trustedProxies: number;
  compressFromBytes: number;
  deadlineMs: number;
}

/** `GET` and `POST /graphql`: as thin as it can be between Fastify and Apollo Server. */
export function serveGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  // Encapsulated, so that these parsers are nobody else's.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    compressAnswers(scope, options.compressFromBytes);
    scope.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url: '/graphql',
      handler: (_request, reply) =>
        refuse(reply.header('allow', 'GET, POST'), 405, 'Use GET or POST.', edgeCodes.badUserInput),
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: (request, reply) => answer(request, reply, options),
    });
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, options: GraphQLRouteOptions) {
  const requestId = requestIdOf(request.headers);
  reply.header(requestIdHeader, requestId);
  const read = readBody(request);
  if (read.status === 'refused') return refuse(reply, read.code, read.message, edgeCodes.badUserInput);
  const body = withDocument(read.value, options.documents);

  const asked = request.method === 'GET' ? parametersOf(request) : body;
  if (!isTrusted(asked, options.documents)) return refuse(reply, 403, untrustedMessage, edgeCodes.forbidden);
  const format = streamFormatOf(request.headers.accept);
  if (format) {
    return options.streams.serve(request, reply, format, requestId, asked);
  }
  let context: EdgeContext | undefined;
  const response = await options.answer({
    httpGraphQLRequest: { ...headOf(request), body },
    context: async () => {
      const { identity } = await options.authenticate(request.headers.authorization);
      context = createEdgeContext({
        identity,
        requestId,
        position: headerOf(request, positionHeader),
        deadlineMs: options.deadlineMs,
        address: clientAddressOf(request.raw, options.trustedProxies),
        signal: signalOf(reply),
      });
      return context;
    },
  });
  const position = context && answeredPosition(context);
  if (position) reply.header(positionHeader, position);
  reply.code(response.status ?? 200);
  for (const [name, value] of response.headers) reply.header(name, value);
  if (response.body.kind === 'complete') return reply.send(response.body.string);
  for await (const chunk of response.body.asyncIterator) reply.raw.write(chunk);
  return reply.raw.end();
}

type Body = { status: 'read'; value: unknown } | { status: 'refused'; code: 400 | 415; message: string };

function readBody(request: FastifyRequest): Body {
  if (request.method !== 'POST') return { status: 'read', value: undefined };
  if (mediaTypeOf(request.headers['content-type']) !== 'application/json') {
    return { status: 'refused', code: 415, message: 'The Content-Type must be application/json.' };
  }
  try {
    return { status: 'read', value: JSON.parse(String(request.body)) };
  } catch {
    return { status: 'refused', code: 400, message: 'The body is not JSON.' };
  }
}

/** Puts the trusted text in place of a `documentId`. */
function withDocument(body: unknown, documents: TrustedDocuments): unknown {
  if (typeof body !== 'object' || body === null || !('documentId' in body) || 'query' in body) return body;
  const { documentId, ...rest } = body;
  const query = documents.textOf(String(documentId));
  return query === undefined ? body : { ...rest, query };
}

/** A hash without a text can only find what was let in before. */
function isTrusted(request: unknown, documents: TrustedDocuments): boolean {
  const { query } = (request ?? {}) as { query?: unknown };
  return typeof query !== 'string' || documents.allows(query);
}

function headOf(request: FastifyRequest): Omit<HTTPGraphQLRequest, 'body'> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const url = request.raw.url ?? '';
  const query = url.indexOf('?');
  return { method: request.method, headers, search: query < 0 ? '' : url.slice(query) };
}

/** The parameters of a GET; those that hold JSON are parsed, or left as what is then refused. */
function parametersOf(request: FastifyRequest): Record<string, unknown> {
  const parameters = new URLSearchParams(headOf(request).search);
  return Object.fromEntries(
    [...parameters].map(([name, text]) => [
      name,
      name === 'variables' || name === 'extensions' ? (parseJson(text) ?? text) : text,
    ]),
  );
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Aborted when the client leaves before its answer is written. */
function signalOf(reply: FastifyReply): CancelSignal {
  const { signal, abort } = createCancel();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort();
  });
  return signal;
}
