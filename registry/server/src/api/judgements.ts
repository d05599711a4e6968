import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { Counter, metrics } from '@murmuration/service-kit';
import {
  checkRequest,
  type Publication,
  publishRequest,
  type Report,
  rollbackRequest,
} from '@murmuration/registry/wire';
import { z } from 'zod';
import type { Delivery } from '../delivery/delivery.ts';
import { Fault } from '../faults.ts';
import type { Graph } from '../graphs.ts';
import { mayDo } from '../tokens/permissions.ts';
import type { Work } from '../work/work.ts';
import type { AddRoute } from './secured.ts';
import { by } from './versions.ts';

export const judgementLimits = {
  /** Characters of a report that is kept for people; of a longer one only its verdict is. */
  keptCharacters: 2_000_000,
  /** Checks of one page of the list. */
  listed: 50,
} as const;

const checks = new Counter({
  name: 'registry_checks_total',
  help: 'Checks by verdict',
  labelNames: ['verdict'],
  registers: [metrics],
});
const publications = new Counter({
  name: 'registry_publications_total',
  help: 'Publications and rollbacks by what became of them',
  labelNames: ['status'],
  registers: [metrics],
});
for (const verdict of ['passed', 'failed']) checks.labels(verdict).inc(0);
for (const status of ['published', 'unchanged', 'refused']) publications.labels(status).inc(0);

export interface JudgementOptions {
  database: RegistryDatabase;
  work: Work;
  delivery: Delivery;
  bodyBytes: number;
  sdlBytes: number;
  /** Checks of one graph that are kept: who may ask for one could else fill the disk with them. */
  mostChecks: number;
}

/** Checks, publications and rollbacks. Check and append are one: the append is refused where the head has moved, and judged anew. */
export function serveJudgements(add: AddRoute, options: JudgementOptions): void {
  const { bodyBytes, database, delivery, mostChecks, sdlBytes, work } = options;

  async function keep(graph: Graph, one: { by: string; context: string | undefined; report: Report }) {
    // Postgres takes no text with a null character or half of another.
    const text = JSON.stringify(one.report, (_key, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
    );
    const { verdict, against, version } = one.report;
    const kept =
      text.length > judgementLimits.keptCharacters ? JSON.stringify({ version, verdict, against }) : text;
    const rows = await database.$queryRaw<{ id: bigint }[]>`
      INSERT INTO checked (graph_id, by, context, verdict, report)
      VALUES (${graph.id}, ${one.by}, ${one.context ?? null}::text, ${verdict}, ${kept}::jsonb)
      RETURNING id`;
    await database.$executeRaw`DELETE FROM checked WHERE graph_id = ${graph.id} AND id <= (
      SELECT id FROM checked WHERE graph_id = ${graph.id} ORDER BY id DESC OFFSET ${mostChecks} LIMIT 1)`;
    return Number(rows[0]?.id);
  }

  async function settle(graph: Graph, publication: Publication, who: string, context: string | undefined) {
    publications.labels(publication.status).inc();
    if (publication.status === 'published') delivery.published(graph, publication.id);
    if (publication.status === 'refused') await keep(graph, { by: who, context, report: publication.report });
    return publication;
  }

  add({
    method: 'POST',
    path: '/checks',
    action: 'check',
    body: checkRequest,
    bodyBytes,
    handle: async ({ body, caller, gone, graph }) => {
      const job = { kind: 'check', graphId: graph.id, request: body, sdlBytes } as const;
      const report = await work.run(job, gone());
      checks.labels(report.verdict).inc();
      const id = await keep(graph, { by: by(body.by, caller), context: body.context, report });
      return { id, report };
    },
  });
  add({
    method: 'GET',
    path: '/checks',
    action: 'read',
    query: z.object({ before: z.coerce.bigint().optional() }),
    handle: ({ graph, query }) => listChecks(database, graph, query.before),
  });
  add({
    method: 'GET',
    path: '/checks/:id',
    action: 'read',
    handle: async ({ graph, params }) => {
      const found = await findCheck(database, graph, params['id'] ?? '');
      if (!found) throw new Fault('NOT_FOUND', 'There is no such check, or not any more.');
      return found;
    },
  });
  add({
    method: 'POST',
    path: '/publications',
    action: 'publish',
    body: publishRequest,
    bodyBytes,
    handle: async ({ body, caller, gone, graph }) => {
      const who = by(body.by, caller);
      const request = { ...body, by: who };
      const job = { kind: 'publish', graphId: graph.id, request, sdlBytes } as const;
      const publication = await work.run(job, gone());
      return settle(graph, publication, who, body.context);
    },
  });
  add({
    method: 'POST',
    path: '/rollbacks',
    action: 'publish',
    body: rollbackRequest,
    bodyBytes,
    handle: async ({ body, caller, gone, graph }) => {
      if (body.force && !mayDo(caller.kinds, 'govern'))
        throw new Fault('FORBIDDEN', 'A rollback that no check may refuse takes a token of the kind admin.');
      const who = by(body.by, caller);
      const job = { kind: 'rollBack', graphId: graph.id, request: { ...body, by: who } } as const;
      const publication = await work.run(job, gone());
      if (!publication) throw new Fault('NOT_FOUND', `There is no version ${body.id} in the store.`);
      return settle(graph, publication, who, body.context);
    },
  });
}

export interface ListedCheck {
  id: number;
  at: string;
  by: string;
  context: string | null;
  verdict: string;
}

/** Checks, newest first. */
export async function listChecks(
  database: RegistryDatabase,
  graph: Graph,
  before?: bigint,
): Promise<ListedCheck[]> {
  const rows = await database.checked.findMany({
    where: { graphId: graph.id, ...(before !== undefined && { id: { lt: before } }) },
    orderBy: { id: 'desc' },
    take: judgementLimits.listed,
    select: { id: true, at: true, by: true, context: true, verdict: true },
  });
  return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() }));
}

/** One check with its report. */
export async function findCheck(
  database: RegistryDatabase,
  graph: Graph,
  id: string,
): Promise<(ListedCheck & { report: Report }) | undefined> {
  if (!/^\d{1,15}$/.test(id)) return undefined;
  const row = await database.checked.findFirst({ where: { graphId: graph.id, id: BigInt(id) } });
  if (!row) return undefined;
  const { at, context, verdict } = row;
  return {
    id: Number(row.id),
    at: at.toISOString(),
    by: row.by,
    context,
    verdict,
    report: row.report as unknown as Report,
  };
}
