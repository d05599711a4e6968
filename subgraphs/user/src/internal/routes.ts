import type { UserDatabase } from '@murmuration/prisma/user';
import {
  handleBatchLimit,
  handlesPath,
  relationBatchLimit,
  relationshipsPath,
  viewerRelationsPath,
} from '@murmuration/relationships';
import { type HttpServer, revocationsPath } from '@murmuration/service-kit';
import { answerServices, idText } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { Services } from '../services.ts';
import { publicKeySet, type SigningKey } from '../sessions/keys.ts';
import { findByHandles } from './handles.ts';

const relationshipsBody = z.object({
  viewerId: idText.nullable(),
  authorIds: z.array(idText).max(relationBatchLimit),
});
const viewerRelationsBody = z.object({
  authorId: idText,
  viewerIds: z.array(idText).max(relationBatchLimit),
});
const handlesBody = z.object({
  handles: z.array(z.string().max(100)).max(handleBatchLimit),
  viewerId: idText.nullish(),
});

/** What other services ask, none of it for a viewer: signed by a service, or refused. */
export function registerInternalRoutes(
  app: HttpServer['app'],
  options: { services: Services; database: UserDatabase; signingKeys: readonly SigningKey[] },
): void {
  const { services, database } = options;

  answerServices(
    app,
    { method: 'POST', path: relationshipsPath, body: relationshipsBody },
    async ({ viewerId, authorIds }) => ({
      relations: await services.relationLookup.read(viewerId, authorIds),
    }),
  );
  answerServices(
    app,
    { method: 'POST', path: viewerRelationsPath, body: viewerRelationsBody },
    ({ authorId, viewerIds }) => services.relationLookup.readViewers(authorId, viewerIds),
  );
  answerServices(
    app,
    { method: 'POST', path: handlesPath, body: handlesBody },
    async ({ handles, viewerId }) => ({ users: await findByHandles(database, handles, viewerId ?? null) }),
  );
  answerServices(app, { method: 'GET', path: revocationsPath, body: z.unknown() }, async () => ({
    sessions: await services.sessions.listRevoked(),
  }));

  const keySet = publicKeySet(options.signingKeys);
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(await keySet),
  );
}
