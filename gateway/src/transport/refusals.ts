import type { Logger } from '@murmuration/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { requestIdHeader, requestIdOf } from '../operation/context.ts';
import { type EdgeCode, edgeCodes } from '../operation/edge-codes.ts';
import { headOf } from '../operation/refusal.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';

/** Writes a whole answer by the framework. */
export function send(reply: FastifyReply, { body, headers, status }: HttpAnswer): FastifyReply {
  const { vary, ...others } = headers;
  // CORS may have said by what else it varies.
  if (vary !== undefined) {
    const known = reply.getHeader('vary');
    reply.header('vary', known === undefined ? vary : `${String(known)}, ${vary}`);
  }
  return reply.code(status).headers(others).send(body);
}

/** Answers what never became a GraphQL request. */
export function refuse(reply: FastifyReply, status: number, message: string, code: EdgeCode): FastifyReply {
  return send(reply, refusal(status, message, code));
}

/** Answers faults of the HTTP layer, and what is no route, by name and with a request id. */
export function answerFaults(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, requestIdOf(request.headers));
    done();
  });
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, 'There is nothing here. GraphQL is at /graphql.', edgeCodes.badUserInput),
  );
  app.setErrorHandler((error, request, reply) => send(reply, faultOf(error, request.log)));
}

/** Faults by name: a body too large, a broken connection, a surprise. */
export function faultOf(error: unknown, logger: Pick<Logger, 'error'>): HttpAnswer {
  const { statusCode = 500, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return refusal(413, 'The body is larger than this gateway takes.', edgeCodes.badUserInput);
  }
  if (error instanceof GraphQLError) {
    const { status = 500, headers = new Map<string, string>() } = headOf(error);
    return refusal(status, error.message, error.extensions.code as EdgeCode, Object.fromEntries(headers));
  }
  if (statusCode < 500) return refusal(statusCode, 'Not a request.', edgeCodes.badUserInput);
  logger.error({ err: error }, 'the HTTP layer failed');
  return refusal(500, 'Something went wrong on our side.', edgeCodes.internal);
}
