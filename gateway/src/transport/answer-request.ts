import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { parseJson } from '@murmuration/service-kit';
import {
  answeredPosition,
  createEdgeContext,
  type EdgeContext,
  positionHeader,
  requestIdHeader,
  requestIdOf,
} from '../context.ts';
import { type EdgeCode, edgeCodes } from '../edge-codes.ts';
import { type CancelSignal, createCancel } from '../execution/cancel.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Answer } from '../pipeline/answer.ts';
import { type TrustedDocuments, untrustedMessage } from '../plugins/trusted-documents.ts';
import { clientAddressOf } from './client-address.ts';
import { compress } from './compress.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';
import { mediaTypeOf } from './media-type.ts';

export interface AnswerOptions {
  /** From a request to its answer: Apollo Server or what stands for it. */
  answer: Answer;
  authenticate: Authenticate;
  documents: TrustedDocuments;
  trustedProxies: number;
  compressFromBytes: number;
  deadlineMs: number;
}

/** A GET or POST whose body has been read; `response` only tells when its client goes. */
export interface HttpRequest {
  raw: IncomingMessage;
  text: string | undefined;
  response: ServerResponse;
}

/** What a request asks for, or why it is not let in. */
export type ReadRequest =
  | { status: 'read'; requestId: string; body: unknown; asked: unknown }
  | { status: 'refused'; answer: HttpAnswer };

/** Reads a request as far as it can be read without GraphQL: its body, its parameters, whether it is trusted. */
export function readRequest({ raw, text }: HttpRequest, documents: TrustedDocuments): ReadRequest {
  const requestId = requestIdOf(raw.headers);
  const refused = (
    status: number,
    message: string,
    code: EdgeCode = edgeCodes.badUserInput,
  ): ReadRequest => ({
    status: 'refused',
    answer: refusal(status, message, code, { [requestIdHeader]: requestId }),
  });
  let body: unknown;
  if (raw.method === 'POST') {
    if (mediaTypeOf(raw.headers['content-type']) !== 'application/json') {
      return refused(415, 'The Content-Type must be application/json.');
    }
    if ((raw.headers['content-encoding'] ?? 'identity') !== 'identity') {
      return refused(415, 'A compressed body is not read here.');
    }
    try {
      body = withDocument(JSON.parse(text ?? ''), documents);
    } catch {
      return refused(400, 'The body is not JSON.');
    }
    if (body === unknownDocument) return refused(400, 'No trusted document has this id.');
  }
  const asked = raw.method === 'GET' ? parametersOf(raw) : body;
  if (!isTrusted(asked, documents)) return refused(403, untrustedMessage, edgeCodes.forbidden);
  return { status: 'read', requestId, body, asked };
}

/**
 * Answers a request that has been read, by the pipeline.
 * @throws what it throws: a fault of ours, or a GraphQLError that carries a status
 */
export async function answerRequest(
  { raw, response }: HttpRequest,
  { body, requestId }: { body: unknown; requestId: string },
  options: AnswerOptions,
): Promise<HttpAnswer> {
  let context: EdgeContext | undefined;
  const answered = await options.answer({
    httpGraphQLRequest: { ...headOf(raw), body },
    context: async () => {
      const { identity } = await options.authenticate(raw.headers.authorization);
      context = createEdgeContext({
        identity,
        requestId,
        position: headerOf(raw, positionHeader),
        deadlineMs: options.deadlineMs,
        address: clientAddressOf(raw, options.trustedProxies),
        signal: signalOf(response),
      });
      return context;
    },
  });
  if (answered.body.kind !== 'complete') throw new Error('incremental delivery is not served here');
  const headers: Record<string, string> = { [requestIdHeader]: requestId };
  const position = context && answeredPosition(context);
  if (position) headers[positionHeader] = position;
  for (const [name, value] of answered.headers) headers[name] = value;
  const answer = { status: answered.status ?? 200, headers, body: answered.body.string };
  return compress(answer, raw.headers['accept-encoding'], options.compressFromBytes);
}

const unknownDocument = Symbol('unknown document');

/** Puts the trusted text in place of a `documentId`. */
function withDocument(body: unknown, documents: TrustedDocuments): unknown {
  if (typeof body !== 'object' || body === null || !('documentId' in body) || 'query' in body) return body;
  const { documentId, ...rest } = body;
  const query = documents.textOf(String(documentId));
  return query === undefined ? unknownDocument : { ...rest, query };
}

/** A hash without a text can only find what was let in before. */
function isTrusted(request: unknown, documents: TrustedDocuments): boolean {
  const { query } = (request ?? {}) as { query?: unknown };
  return typeof query !== 'string' || documents.allows(query);
}

function headOf(request: IncomingMessage): Omit<HTTPGraphQLRequest, 'body'> {
  const headers = new HeaderMap();
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return { method: request.method ?? 'GET', headers, search: searchOf(request) };
}

function searchOf({ url = '' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

/** The parameters of a GET; those that hold JSON are parsed, or left as what is then refused. */
function parametersOf(request: IncomingMessage): Record<string, unknown> {
  return Object.fromEntries(
    [...new URLSearchParams(searchOf(request))].map(([name, text]) => [
      name,
      name === 'variables' || name === 'extensions' ? (parseJson(text) ?? text) : text,
    ]),
  );
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Aborted when the client leaves before its answer is written. */
function signalOf(response: ServerResponse): CancelSignal {
  const { signal, abort } = createCancel();
  response.once('close', () => {
    if (!response.writableFinished) abort();
  });
  return signal;
}
