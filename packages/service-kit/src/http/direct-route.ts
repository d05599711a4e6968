import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { errorCodes } from '../errors/codes.ts';
import { httpLimits, type HttpServer } from './server.ts';

export interface DirectRequest {
  raw: IncomingMessage;
  body: Buffer;
  /** For who wants to hear that the caller has gone; written by the route alone. */
  response: ServerResponse;
}

export interface DirectAnswer {
  status: number;
  /** JSON, unless `headers` say otherwise. */
  body: string | Buffer;
  headers?: OutgoingHttpHeaders;
}

/** @returns an answer at once where it can: a promise costs each request a turn of its queue */
export type DirectHandler = (request: DirectRequest) => DirectAnswer | Promise<DirectAnswer>;

export interface DirectRoute {
  path: string;
  handle: DirectHandler;
  logger: Logger;
  /** Longer bodies are the framework's to refuse. Default `httpLimits.bodyBytes`. */
  bodyBytes?: number;
  /** Which requests to take, beside what their length says. Default all. */
  takes?: (request: IncomingMessage) => boolean;
}

/**
 * Takes a server's busiest route, a POST, past the framework: its hooks, its reply and the way to them took 17 µs
 * beside the 25 of Node's own part of a request. What is unusual (a body of unknown or too great a length) is left to the
 * framework's route of the same path, which must exist; so is what it answers to injected requests.
 */
export function routeDirectly({ app, isDraining }: HttpServer, route: DirectRoute): void {
  const { bodyBytes = httpLimits.bodyBytes, handle, logger, path, takes } = route;
  const byFramework = app.server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  app.server.removeAllListeners('request');
  app.server.on('request', (raw: IncomingMessage, response: ServerResponse) => {
    const isUsual = raw.method === 'POST' && raw.url === path && hasLengthWithin(raw, bodyBytes);
    if (isUsual && (!takes || takes(raw))) {
      readBody(raw, (body) => {
        settle(handle, { raw, body, response }, logger, (answer) => send(response, answer, isDraining()));
      });
    } else for (const each of byFramework) each(raw, response);
  });
}

function hasLengthWithin({ headers }: IncomingMessage, bodyBytes: number): boolean {
  const length = Number(headers['content-length']);
  return length >= 0 && length <= bodyBytes;
}

/** Never calls back when the caller goes away first. */
function readBody(request: IncomingMessage, whenRead: (body: Buffer) => void): void {
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  request.on('data', (chunk: Buffer) => {
    if (!first) first = chunk;
    else (chunks ??= [first]).push(chunk);
  });
  request.on('end', () => whenRead(chunks ? Buffer.concat(chunks) : (first ?? Buffer.alloc(0))));
}

const somethingWrong = JSON.stringify({
  errors: [{ message: 'Something went wrong on our side.', extensions: { code: errorCodes.internal } }],
});

function settle(
  handle: DirectHandler,
  request: DirectRequest,
  logger: Logger,
  whenAnswered: (answer: DirectAnswer) => void,
): void {
  const fail = (error: unknown) => {
    logger.error({ err: error }, 'a request failed');
    whenAnswered({ status: 500, body: somethingWrong });
  };
  try {
    const answer = handle(request);
    if (answer instanceof Promise) answer.then(whenAnswered, fail);
    else whenAnswered(answer);
  } catch (error) {
    fail(error);
  }
}

function send(response: ServerResponse, { body, headers, status }: DirectAnswer, isLast: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(body),
    ...(isLast && { connection: 'close' }),
  });
  response.end(body);
}
