import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestIdHeader, requestIdOf } from '../operation/context.ts';
import { edgeCodes } from '../operation/edge-codes.ts';
import { readOperationRequest, readParameters } from '../operation/read-request.ts';
import { headOf } from '../operation/refusal.ts';
import type { OperationRequest, RequestHead } from '../operation/types.ts';
import { GraphQLError } from 'graphql';
import { isForgeable } from './csrf.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';
import { mediaTypeOf } from './media-type.ts';
import { type Negotiated, negotiate } from './negotiate.ts';

/** A GET or POST whose body has been read; `response` only tells when its client goes. */
export interface HttpExchange {
  raw: IncomingMessage;
  text: string | undefined;
  response: ServerResponse;
}

/** What a request asks for, or why it is not let in. */
export type ReadExchange =
  | {
      status: 'read';
      requestId: string;
      request: OperationRequest;
      mayMutate: boolean;
      head: RequestHead;
      negotiated: Negotiated;
    }
  | { status: 'refused'; answer: HttpAnswer };

/** Reads a request as far as it can be read without GraphQL: how it may be answered, its body or its parameters. */
export function readExchange({ raw, text }: HttpExchange): ReadExchange {
  const requestId = requestIdOf(raw.headers);
  const refused = (status: number, message: string): ReadExchange => ({
    status: 'refused',
    answer: refusal(status, message, edgeCodes.badUserInput, { [requestIdHeader]: requestId }),
  });
  const isPost = raw.method === 'POST';
  if (isPost && mediaTypeOf(raw.headers['content-type']) !== 'application/json') {
    return refused(415, 'The Content-Type must be application/json.');
  }
  if (isPost && (raw.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return refused(415, 'A compressed body is not read here.');
  }
  if (!isPost && raw.method !== 'GET') return refused(405, 'Use GET or POST.');
  const negotiated = negotiate(raw.headers.accept);
  if (!negotiated.json && !negotiated.stream)
    return refused(406, 'No media type of this graph is acceptable.');
  if (!negotiated.stream && isForgeable(raw)) {
    return refused(400, 'A GET needs a header apollo-require-preflight: any page could have sent this one.');
  }
  let body: unknown;
  try {
    if (isPost) body = JSON.parse(text ?? '');
  } catch {
    return refused(400, 'The body is not JSON.');
  }
  try {
    const request = isPost ? readOperationRequest(body) : readParameters(searchOf(raw));
    return { status: 'read', requestId, request, mayMutate: isPost, head: requestHeadOf(raw), negotiated };
  } catch (error) {
    if (error instanceof GraphQLError) return refused(headOf(error).status ?? 400, error.message);
    throw error;
  }
}

function requestHeadOf(raw: IncomingMessage): RequestHead {
  const { headers, method = 'GET' } = raw;
  return {
    method,
    get search() {
      return searchOf(raw);
    },
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    names: () => Object.keys(headers),
  };
}

function searchOf({ url = '' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}
