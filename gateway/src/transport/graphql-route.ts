import type { IncomingMessage } from 'node:http';
import { type HttpServer, isTracing, type Logger, routeDirectly } from '@murmuration/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestIdHeader } from '../operation/context.ts';
import { edgeCodes } from '../operation/edge-codes.ts';
import { answerExchange, type AnswerOptions } from './answer-exchange.ts';
import type { HttpAnswer } from './http-answer.ts';
import { negotiate } from './negotiate.ts';
import { type HttpExchange, readExchange } from './read-exchange.ts';
import { faultOf, refuse, send } from './refusals.ts';
import type { Streams } from './streams/serve-stream.ts';

export interface GraphQLRouteOptions extends AnswerOptions {
  streams: Streams;
  bodyBytes: number;
  logger: Logger;
}

const path = '/graphql';

/**
 * `GET` and `POST /graphql`: as thin as it can be between HTTP and the road. What most programs send, a plain POST,
 * goes past the framework: a tenth more requests a second of the small operation in `bench/gateway`. GET, streams, web
 * pages (which CORS is for) and whatever is traced go by it.
 */
export function serveGraphQL(http: HttpServer, options: GraphQLRouteOptions): void {
  // Encapsulated, so that these parsers are nobody else's.
  http.app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url: path,
      handler: (_request, reply) =>
        refuse(reply.header('allow', 'GET, POST'), 405, 'Use GET or POST.', edgeCodes.badUserInput),
    });
    scope.route({
      method: ['GET', 'POST'],
      url: path,
      handler: (request, reply) => answerByFramework(request, reply, options),
    });
  });
  // The spans of requests hang on the framework's hooks.
  if (isTracing()) return;
  const { bodyBytes, logger } = options;
  routeDirectly(http, {
    path,
    bodyBytes,
    logger,
    takes: isPlain,
    handle: ({ body, raw, response }) => answerDirectly({ raw, text: body.toString(), response }, options),
  });
}

function isPlain({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && negotiate(headers.accept).stream === undefined;
}

async function answerDirectly(exchange: HttpExchange, options: GraphQLRouteOptions): Promise<HttpAnswer> {
  const read = readExchange(exchange);
  if (read.status === 'refused') return read.answer;
  try {
    return await answerExchange(exchange, read, options);
  } catch (error) {
    const fault = faultOf(error, options.logger);
    fault.headers[requestIdHeader] = read.requestId;
    return fault;
  }
}

async function answerByFramework(request: FastifyRequest, reply: FastifyReply, options: GraphQLRouteOptions) {
  const exchange = { raw: request.raw, text: request.body as string | undefined, response: reply.raw };
  const read = readExchange(exchange);
  if (read.status === 'refused') return send(reply, read.answer);
  reply.header(requestIdHeader, read.requestId);
  const { stream } = read.negotiated;
  if (stream) return options.streams.serve(request, reply, stream, read);
  return send(reply, await answerExchange(exchange, read, options));
}
