import { approveRequest, freezeRequest, usageFileSchema, wireLimits } from '@murmuration/registry/wire';
import { z } from 'zod';
import { Fault } from '../faults.ts';
import type { OpenStore } from '../store/open-store.ts';
import type { Work } from '../work/work.ts';
import type { AddRoute } from './secured.ts';

const days = z.object({ days: z.coerce.number().min(1).max(366).optional() });
const page = z.object({
  before: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  most: z.coerce.number().int().min(1).max(wireLimits.versions).default(wireLimits.versions),
});
const context = z.object({ context: z.string().max(2_000) });

/** What a store holds, read and written as it is: versions, approvals, freezes, usage. */
export function serveStore(add: AddRoute, { open, work }: { open: OpenStore; work: Work }): void {
  add({
    method: 'GET',
    path: '/versions',
    action: 'read',
    query: page,
    handle: ({ graph, query }) => open(graph).versions(query),
  });
  add({
    method: 'GET',
    path: '/versions/:id',
    action: 'read',
    handle: async ({ graph, params }) => {
      const { id = '' } = params;
      const version = id === 'head' ? await open(graph).head() : await open(graph).version(numberOf(id));
      if (!version) throw new Fault('NOT_FOUND', `There is no version "${id}" in the store.`);
      return version;
    },
  });
  add({
    method: 'GET',
    path: '/approvals',
    action: 'read',
    query: context,
    handle: ({ graph, query }) => open(graph).approvals(query.context),
  });
  add({
    method: 'POST',
    path: '/approvals',
    action: 'approve',
    body: approveRequest,
    handle: async ({ body, caller, graph, reply }) => {
      await open(graph).approve({ ...body, by: by(body.by, caller) });
      return reply.code(204).send();
    },
  });
  add({
    method: 'PUT',
    path: '/freeze',
    action: 'govern',
    body: freezeRequest,
    handle: async ({ body, caller, graph, reply }) => {
      await open(graph).freeze({ ...body, by: by(body.by, caller) });
      return reply.code(204).send();
    },
  });
  add({
    method: 'DELETE',
    path: '/freeze',
    action: 'govern',
    handle: async ({ graph, reply }) => {
      await open(graph).unfreeze();
      return reply.code(204).send();
    },
  });
  add({
    method: 'GET',
    path: '/usage',
    action: 'read',
    query: days,
    handle: async ({ gone, graph, query, reply }) => {
      const text = await work.run({ kind: 'usage', graphId: graph.id, days: query.days }, gone());
      return reply.type('application/json; charset=utf-8').send(text);
    },
  });
  add({
    method: 'POST',
    path: '/usage-files',
    action: 'addUsage',
    body: usageFileSchema,
    handle: async ({ body, graph, reply }) => {
      await open(graph).addUsage(body);
      return reply.code(204).send();
    },
  });
}

/** Who did something: what they call themselves, and by which token, which is proven. */
export function by(name: string, caller: { name: string }): string {
  return name === '' ? caller.name : `${name} (${caller.name})`;
}

function numberOf(id: string): number {
  return /^\d{1,9}$/.test(id) ? Number(id) : 0;
}
