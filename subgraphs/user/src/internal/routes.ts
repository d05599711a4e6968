import type { UserDatabase } from '@murmuration/prisma/user';
import {
  handleBatchLimit,
  handlesPath,
  relationBatchLimit,
  relationshipsPath,
  viewerRelationsPath,
} from '@murmuration/relationships';
import { type HttpServer, parseJson, revocationsPath } from '@murmuration/service-kit';
import { envelopeOf } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { Services } from '../services.ts';
import { publicKeySet, type SigningKey } from '../sessions/keys.ts';
import { findByHandles } from './handles.ts';

type App = HttpServer['app'];
type Request = Parameters<typeof envelopeOf>[0];
type Answer = { status: 200 | 400 | 403; body: unknown };

const id = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const relationshipsBody = z.object({
  viewerId: id.nullable(),
  authorIds: z.array(id).max(relationBatchLimit),
});
const viewerRelationsBody = z.object({
  authorId: id,
  viewerIds: z.array(id).max(relationBatchLimit),
});
const handlesBody = z.object({
  handles: z.array(z.string().max(100)).max(handleBatchLimit),
  viewerId: id.nullish(),
});

/** What other services ask, none of it for a viewer: signed by a service, or refused. */
export function registerInternalRoutes(
  app: App,
  options: { services: Services; database: UserDatabase; signingKeys: readonly SigningKey[] },
): void {
  const { services, database } = options;

  app.post(relationshipsPath, (request, reply) =>
    send(reply, request, relationshipsBody, async ({ viewerId, authorIds }) => ({
      relations: await services.relationLookup.read(viewerId, authorIds),
    })),
  );
  app.post(viewerRelationsPath, (request, reply) =>
    send(reply, request, viewerRelationsBody, ({ authorId, viewerIds }) =>
      services.relationLookup.readViewers(authorId, viewerIds),
    ),
  );
  app.post(handlesPath, (request, reply) =>
    send(reply, request, handlesBody, async ({ handles, viewerId }) => ({
      users: await findByHandles(database, handles, viewerId ?? null),
    })),
  );
  app.get(revocationsPath, (request, reply) =>
    send(reply, request, z.unknown(), async () => ({ sessions: await services.sessions.listRevoked() })),
  );

  const keySet = publicKeySet(options.signingKeys);
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(await keySet),
  );
}

async function send<T>(
  reply: { code(status: number): { send(body: unknown): unknown } },
  request: Request,
  schema: z.ZodType<T>,
  run: (body: T) => Promise<unknown>,
): Promise<unknown> {
  const { status, body } = await answerOf(request, schema, run);
  return reply.code(status).send(body);
}

async function answerOf<T>(
  request: Request,
  schema: z.ZodType<T>,
  run: (body: T) => Promise<unknown>,
): Promise<Answer> {
  if (envelopeOf(request).identity.kind !== 'service') return { status: 403, body: { code: 'FORBIDDEN' } };
  const body = schema.safeParse(parseJson(request.body));
  if (!body.success) {
    return { status: 400, body: { code: 'BAD_USER_INPUT', message: z.prettifyError(body.error) } };
  }
  return { status: 200, body: await run(body.data) };
}
