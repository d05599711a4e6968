import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { type SigningKey, sha256, sign } from '../delivery/sign.ts';
import { appName, trustRequest } from '@murmuration/registry/wire';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Fault } from '../faults.ts';
import type { Graph } from '../graphs.ts';
import { mayDo } from '../tokens/permissions.ts';
import {
  listManifests,
  retireManifest,
  type TrustedRevision,
  trustedRevision,
} from '../trusted/manifests.ts';
import type { Work } from '../work/work.ts';
import { isSame } from './delivery.ts';
import type { AddRoute } from './secured.ts';
import { by } from './versions.ts';

export const trustedRouteLimits = {
  /** Characters of the answers that are kept ready. */
  characters: 64 * 1024 * 1024,
} as const;

const retired = z.object({ app: appName, version: appName, force: z.stringbool().default(false) });

type Ready = { text: string; revision: TrustedRevision; signature: string | undefined };

const etagOf = ({ hash, version }: TrustedRevision) => `"${version}-${hash.slice(0, 32)}"`;
const keyOf = ({ id }: Graph, revision: TrustedRevision) => `${id} ${etagOf(revision)}`;

/** Documents that apps were built with: published by app and version, given to gateways, retired when nobody uses them. */
export function serveTrusted(
  add: AddRoute,
  {
    bodyBytes,
    database,
    signingKey,
    work,
  }: { bodyBytes: number; database: RegistryDatabase; signingKey: SigningKey | undefined; work: Work },
): void {
  const ready = new LRUCache<string, Ready>({
    maxSize: trustedRouteLimits.characters,
    sizeCalculation: ({ text }) => 1 + text.length,
  });

  async function make(graph: Graph): Promise<Ready> {
    const { text, ...revision } = await work.run({ kind: 'trusted', graphId: graph.id });
    const claims = { graph: graph.name, version: revision.version, sha256: sha256(text) };
    const signature = signingKey && (await sign(signingKey, 'trusted-documents+jws', claims));
    return { text, revision, signature };
  }

  add({
    method: 'GET',
    path: '/trusted-documents',
    action: 'read',
    handle: async ({ graph, reply, request }) => {
      const revision = await trustedRevision(database, graph.id);
      reply.headers({ 'cache-control': 'public, no-cache', vary: 'authorization' });
      if (isSame(request.headers['if-none-match'], etagOf(revision)))
        return reply.code(304).header('etag', etagOf(revision)).send();
      const one = ready.get(keyOf(graph, revision)) ?? (await make(graph));
      // It may be newer than what was asked for.
      ready.set(keyOf(graph, one.revision), one);
      reply.headers({
        etag: etagOf(one.revision),
        'trusted-documents-version': String(one.revision.version),
        ...(one.signature !== undefined && { 'trusted-documents-signature': one.signature }),
      });
      return reply.type('application/json; charset=utf-8').send(one.text);
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
