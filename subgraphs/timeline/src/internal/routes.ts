import { type HttpServer, parseJson } from '@murmuration/service-kit';
import { envelopeOf } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { NotificationService } from '../notifications/service.ts';

const digestBody = z.object({
  viewerId: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform(BigInt),
  sinceMs: z.number().int().nonnegative(),
});

/** What other services ask, none of it for a viewer: signed by a service, or refused. */
export function registerInternalRoutes(
  app: HttpServer['app'],
  notifications: Pick<NotificationService, 'digest'>,
): void {
  app.post('/internal/digest', async (request, reply) => {
    const { identity } = envelopeOf(request);
    if (identity.kind !== 'service' || identity.name !== 'user')
      return reply.code(403).send({ code: 'FORBIDDEN' });
    const body = digestBody.safeParse(parseJson(request.body as Buffer | undefined));
    if (!body.success)
      return reply.code(400).send({ code: 'BAD_USER_INPUT', message: z.prettifyError(body.error) });
    const lines = await notifications.digest(body.data.viewerId, body.data.sinceMs);
    const told = lines.map((line) => ({ ...line, actorIds: line.actorIds.map(String) }));
    return reply.send({ told });
  });
}
