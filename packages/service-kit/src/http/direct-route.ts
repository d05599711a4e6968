import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { httpLimits, type HttpServer } from './server.ts';

export interface DirectRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface DirectAnswer {
  status: number;
  /** JSON. */
  body: string;
}

/** @returns an answer at once where it can: a promise costs each request a turn of its queue */
export type DirectHandler = (request: DirectRequest) => DirectAnswer | Promise<DirectAnswer>;

/**
 * Takes a server's busiest route, a POST, past the framework: its hooks, its reply and the way to them took 17 µs
 * beside the 25 of Node's own part of a request. What is unusual (a body of unknown or too great a length) is left to the
 * framework's route of the same path, which must exist; so is what it answers to injected requests.
 */
export function routeDirectly(
  { app, isDraining }: HttpServer,
  path: string,
  handle: DirectHandler,
  logger: Logger,
): void {
  const byFramework = app.server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  app.server.removeAllListeners('request');
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'POST' && request.url === path && hasUsualLength(request)) {
      readBody(request, (body) => {
        settle(handle, { headers: request.headers, body }, logger, (answer) => {
          send(response, answer, isDraining());
        });
      });
    } else for (const each of byFramework) each(request, response);
  });
}

function hasUsualLength({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return length >= 0 && length <= httpLimits.bodyBytes;
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

function settle(
  handle: DirectHandler,
  request: DirectRequest,
  logger: Logger,
  whenAnswered: (answer: DirectAnswer) => void,
): void {
  const fail = (error: unknown) => {
    logger.error({ err: error }, 'a request failed');
    whenAnswered({ status: 500, body: '{"errors":[{"message":"Something went wrong on our side."}]}' });
  };
  try {
    const answer = handle(request);
    if (answer instanceof Promise) answer.then(whenAnswered, fail);
    else whenAnswered(answer);
  } catch (error) {
    fail(error);
  }
}

function send(response: ServerResponse, { body, status }: DirectAnswer, isLast: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(isLast && { connection: 'close' }),
  });
  response.end(body);
}
