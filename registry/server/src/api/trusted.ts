import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { appName, trustRequest } from '@murmuration/registry/wire';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Fault } from '../faults.ts';
import { mayDo } from '../tokens/permissions.ts';
import { listManifests, retireManifest, trustedRevision } from '../trusted/manifests.ts';
import type { Work } from '../work/work.ts';
import { isSame } from './delivery.ts';
import type { AddRoute } from './secured.ts';
import { by } from './versions.ts';

export const trustedRouteLimits = {
  /** Characters of the answers that are kept ready. */
  characters: 64 * 1024 * 1024,
} as const;

const retired = z.object({ app: appName, version: appName, force: z.stringbool().default(false) });

/** Documents that apps were built with: published by app and version, given to gateways, retired when nobody uses them. */
export function serveTrusted(
  add: AddRoute,
  { bodyBytes, database, work }: { bodyBytes: number; database: RegistryDatabase; work: Work },
): void {
  const ready = new LRUCache<string, string>({
    maxSize: trustedRouteLimits.characters,
    sizeCalculation: (text) => 1 + text.length,
  });
  add({
    method: 'GET',
    path: '/trusted-documents',
    action: 'read',
    handle: async ({ graph, reply, request }) => {
      const revision = await trustedRevision(database, graph.id);
      const etag = `"${revision.slice(0, 32)}"`;
      reply.headers({ etag, 'cache-control': 'public, no-cache', vary: 'authorization' });
      if (isSame(request.headers['if-none-match'], etag)) return reply.code(304).send();
      const key = `${graph.id} ${revision}`;
      const text = ready.get(key) ?? (await work.run({ kind: 'trusted', graphId: graph.id }));
      ready.set(key, text);
      return reply.type('application/json; charset=utf-8').send(text);
    },
  });
  add({
    method: 'GET',
    path: '/trusted-manifests',
    action: 'read',
    handle: ({ graph }) => listManifests(database, graph.id),
  });
  add({
    method: 'POST',
    path: '/trusted-manifests',
    action: 'publish',
    body: trustRequest,
    bodyBytes,
    handle: async ({ body, caller, gone, graph, reply }) => {
      const request = { ...body, by: by(body.by, caller) };
      const status = await work.run({ kind: 'trust', graphId: graph.id, request }, gone());
      return reply.code(status === 'trusted' ? 201 : 200).send({ status });
    },
  });
  add({
    method: 'DELETE',
    path: '/trusted-manifests',
    action: 'publish',
    query: retired,
    handle: async ({ caller, graph, query }) => {
      if (query.force && !mayDo(caller.kinds, 'govern'))
        throw new Fault('FORBIDDEN', 'Retiring what may be in use takes a token of the kind admin.');
      if (!(await retireManifest(database, graph.id, query)))
        throw new Fault('NOT_FOUND', 'There is no such version of an app.');
      return { status: 'retired' };
    },
  });
}
