import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { type EdgeCode, edgeCodes } from '../edge-codes.ts';

/** What an error says of the HTTP answer. */
interface Head {
  status?: number;
  headers?: Map<string, string>;
}

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
    if (error instanceof GraphQLError) {
      const { status = 500, headers = new Map<string, string>() } = (error.extensions.http ??
        {}) as unknown as Head;
      for (const [name, value] of headers) reply.header(name, value);
      return refuse(reply, status, error.message, error.extensions.code as EdgeCode);
    }
    if (statusCode < 500) return refuse(reply, statusCode, 'Not a request.', edgeCodes.badUserInput);
    request.log.error({ err: error }, 'the HTTP layer failed');
    return refuse(reply, 500, 'Something went wrong on our side.', edgeCodes.internal);
  });
}
