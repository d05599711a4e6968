import type { FastifyInstance, FastifyReply } from 'fastify';
import { type EdgeCode, edgeCodes } from '../edge-codes.ts';

/** Answers what never became a GraphQL request, in the shape that GraphQL clients read. */
export function refuse(reply: FastifyReply, status: number, message: string, code: EdgeCode): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}

/** Faults of the HTTP layer by name: a body too large, a broken connection, a surprise. */
export function answerFaults(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500, code } = error as { statusCode?: number; code?: string };
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return refuse(reply, 413, 'The body is larger than this gateway takes.', edgeCodes.badUserInput);
    }
    if (statusCode < 500) return refuse(reply, statusCode, 'Not a request.', edgeCodes.badUserInput);
    request.log.error({ err: error }, 'the HTTP layer failed');
    return refuse(reply, 500, 'Something went wrong on our side.', edgeCodes.internal);
  });
}
