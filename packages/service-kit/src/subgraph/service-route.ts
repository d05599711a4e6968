import { z } from 'zod';
import { parseJson } from '../http/parse-json.ts';
import type { HttpServer } from '../http/server.ts';
import { envelopeOf } from './serve.ts';

/** An id as services send it to one another: decimal text. */
export const idText = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);

/**
 * Answers what other services ask, none of it for a viewer: `run` is called with a body that is as `body` says, signed by a
 * service. Anybody else is answered 403, anything else 400, as JSON with a `code`.
 * @param route `by` is the only service that may ask; any may without it
 */
export function answerServices<Body>(
  app: HttpServer['app'],
  route: { method: 'GET' | 'POST'; path: string; body: z.ZodType<Body>; by?: string },
  run: (body: Body) => Promise<unknown>,
): void {
  const { by, method, path } = route;
  app.route({
    method,
    url: path,
    handler: async (request, reply) => {
      const { identity } = envelopeOf(request);
      if (identity.kind !== 'service' || (by !== undefined && identity.name !== by))
        return reply.code(403).send({ code: 'FORBIDDEN' });
      const body = route.body.safeParse(parseJson(request.body as Buffer | undefined));
      if (!body.success)
        return reply.code(400).send({ code: 'BAD_USER_INPUT', message: z.prettifyError(body.error) });
      return reply.send(await run(body.data));
    },
  });
}
