import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CancelSignal, createCancel } from '../execution/cancel.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import {
  answeredPosition,
  behindHeader,
  createEdgeContext,
  positionHeader,
  requestIdHeader,
} from '../operation/context.ts';
import type { Road } from '../operation/road.ts';
import type { Answered } from '../operation/types.ts';
import { clientAddressOf, clientAgentOf } from './client-address.ts';
import { compress } from './compress.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { HttpExchange, ReadExchange } from './read-exchange.ts';

export interface AnswerOptions {
  road: Road;
  authenticate: Authenticate;
  trustedProxies: number;
  compressFromBytes: number;
  deadlineMs: number;
}

type Read = Extract<ReadExchange, { status: 'read' }>;

/**
 * Answers a request that has been read, as one JSON text.
 * @throws GraphQLError with a status, for a token that is not good; anything else is a fault of ours
 */
export async function answerExchange(
  { raw, response }: HttpExchange,
  { head, mayMutate, negotiated, request, requestId }: Read,
  options: AnswerOptions,
): Promise<HttpAnswer> {
  const { identity } = await options.authenticate(raw.headers.authorization);
  const createContext = () =>
    createEdgeContext({
      identity,
      requestId,
      position: positionOf(raw),
      deadlineMs: options.deadlineMs,
      address: clientAddressOf(raw, options.trustedProxies),
      agent: clientAgentOf(raw),
      signal: signalOf(response),
    });
  const answered = await options.road({ request, head, mayMutate, mayStream: false, createContext });
  if (answered.kind !== 'answer') throw new Error('a stream was answered to who takes none');
  const answer = writeJson(answered, requestId, negotiated.json);
  return compress(answer, raw.headers['accept-encoding'], options.compressFromBytes);
}

/** An answer as one JSON text. */
export function writeJson(
  { context, headers, result, status }: Extract<Answered, { kind: 'answer' }>,
  requestId: string,
  contentType = 'application/json; charset=utf-8',
): HttpAnswer {
  const all: Record<string, string> = { 'cache-control': 'no-store', [requestIdHeader]: requestId };
  const position = answeredPosition(context);
  if (position) all[positionHeader] = position;
  if (context.behind.size > 0) all[behindHeader] = 'true';
  Object.assign(all, headers);
  all['content-type'] = contentType;
  const { data, errors, extensions } = result;
  return { status, headers: all, body: `${JSON.stringify({ errors, data, extensions })}\n` };
}

export function positionOf({ headers }: IncomingMessage): string | undefined {
  const position = headers[positionHeader];
  return typeof position === 'string' ? position : undefined;
}

/** Aborted when the client leaves before its answer is written. */
function signalOf(response: ServerResponse): CancelSignal {
  const { signal, abort } = createCancel();
  response.once('close', () => {
    if (!response.writableFinished) abort();
  });
  return signal;
}
