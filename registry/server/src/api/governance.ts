import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { z } from 'zod';
import { Fault } from '../faults.ts';
import type { Graph } from '../graphs.ts';
import { tokenKinds } from '../tokens/permissions.ts';
import { tokenLimits, type Tokens } from '../tokens/tokens.ts';
import type { AddRoute } from './secured.ts';

const tokenRequest = z.strictObject({
  name: z.string().regex(/^[\w.@/ -]{1,100}$/),
  kinds: z.array(z.enum(tokenKinds)).min(1).max(tokenKinds.length),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** Tokens of a graph, and the gateways that report from it. */
export function serveGovernance(
  add: AddRoute,
  { database, tokens }: { database: RegistryDatabase; tokens: Tokens },
): void {
  add({ method: 'GET', path: '/tokens', action: 'govern', handle: ({ graph }) => tokens.list(graph) });
  add({
    method: 'POST',
    path: '/tokens',
    action: 'govern',
    body: tokenRequest,
    handle: async ({ body, graph, reply }) => {
      const { expiresAt, kinds, name } = body;
      if ((await tokens.count(graph)) >= tokenLimits.perGraph)
        throw new Fault('COULD_NOT_RUN', 'This graph has as many tokens as one may have.');
      const made = await tokens.create(graph, {
        name,
        kinds,
        expiresAt: expiresAt ? new Date(expiresAt) : undefined,
      });
      return reply.code(201).send(made);
    },
  });
  add({
    method: 'DELETE',
    path: '/tokens/:id',
    action: 'govern',
    handle: async ({ graph, params, reply }) => {
      const id = /^\d{1,9}$/.test(params['id'] ?? '') ? Number(params['id']) : 0;
      if (!(await tokens.revoke(graph, id)))
        throw new Fault('NOT_FOUND', 'There is no such token, or not any more.');
      return reply.code(204).send();
    },
  });
  add({
    method: 'GET',
    path: '/gateways',
    action: 'read',
    handle: ({ graph }) => listGateways(database, graph),
  });
}

export interface ListedGateway {
  name: string;
  supergraph: string;
  /** Undefined for a supergraph that was never published here. */
  version: number | null;
  since: Date;
  seenAt: Date;
}

export const gatewayLimits = { listed: 1_000 } as const;

/** Which gateway runs what, those heard of last first. It tells a beginning of a hash, so its versions are a range of an index. */
export function listGateways(database: RegistryDatabase, graph: Graph): Promise<ListedGateway[]> {
  return database.$queryRaw<ListedGateway[]>`
    SELECT name, supergraph, since, seen_at AS "seenAt",
      (SELECT max(id) FROM (
        SELECT id FROM version v WHERE v.graph_id = g.graph_id AND v.supergraph_hash BETWEEN low AND high
        UNION ALL
        SELECT version_id FROM variant v WHERE v.graph_id = g.graph_id AND v.hash BETWEEN low AND high) AS known) AS version
    FROM (SELECT * FROM gateway WHERE graph_id = ${graph.id} ORDER BY seen_at DESC LIMIT ${gatewayLimits.listed}) AS g,
      LATERAL (SELECT decode(rpad(supergraph, 64, '0'), 'hex') AS low, decode(rpad(supergraph, 64, 'f'), 'hex') AS high) AS told
    ORDER BY seen_at DESC`;
}
