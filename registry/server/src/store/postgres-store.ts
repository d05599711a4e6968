import { Prisma, type RegistryDatabase, type RegistryTransaction } from '@murmuration/prisma/registry';
import {
  couldNotRun,
  type Freeze,
  type KeptOperation,
  type NewVersion,
  type PublishResult,
  type Store,
  type Version,
  type VersionSummary,
} from '@murmuration/registry/wire';
import { reportedUsage } from '../usage/reported.ts';
import { addUsageFile, usageFiles } from '../usage/files.ts';
import { bytesOf, hashOf, keepContents, readContents } from './contents.ts';

export const storeLimits = {
  /** Of one append; most of it waits for others of the same graph. */
  appendMs: 25_000,
  /** Days of reported usage, when nobody says how many. */
  usageDays: 30,
} as const;

type KeptSubgraph = { name: string; url?: string; file?: string; schema: string };

type VersionRow = {
  id: number;
  at: Date;
  by: string;
  message: string;
  equalTo: number | null;
  subgraphs: KeptSubgraph[];
  supergraph: string;
  operations: string | null;
  contracts: Version['contracts'] | null;
};

const columns = Prisma.sql`id, at, by, message, equal_to AS "equalTo", subgraphs,
  encode(supergraph_hash, 'hex') AS supergraph, encode(operations_hash, 'hex') AS operations, contracts`;

/**
 * One graph's store in Postgres. An append holds the graph's row from the look at the head to the commit, so the history
 * is one line whichever processes race, and a publisher that dies leaves nothing.
 */
export function postgresStore(database: RegistryDatabase, graphId: number): Store {
  const store: Store = {
    async head() {
      const rows = await database.$queryRaw<VersionRow[]>`
        SELECT ${columns} FROM version WHERE graph_id = ${graphId} ORDER BY id DESC LIMIT 1`;
      return rows[0] && load(database, rows[0]);
    },
    async version(id) {
      if (!Number.isSafeInteger(id) || id < 1 || id > 2 ** 31 - 1) return undefined;
      const rows = await database.$queryRaw<VersionRow[]>`
        SELECT ${columns} FROM version WHERE graph_id = ${graphId} AND id = ${id}`;
      return rows[0] && load(database, rows[0]);
    },
    async versions({ before, most } = {}) {
      const rows = await database.$queryRaw<VersionRow[]>`
        SELECT ${columns} FROM version WHERE graph_id = ${graphId} AND id < ${before ?? 2 ** 31 - 1}
        ORDER BY id DESC LIMIT ${most ?? null}::bigint`;
      return rows.map(summaryOf).reverse();
    },
    append: (expectedHead, version) =>
      database.$transaction((transaction) => append(transaction, graphId, expectedHead, version), {
        timeout: storeLimits.appendMs,
        maxWait: storeLimits.appendMs,
      }),
    approvals: (context) =>
      database.approval.findMany({
        where: { graphId, context },
        select: { context: true, changeId: true, by: true, reason: true, at: true },
        orderBy: { changeId: 'asc' },
      }),
    async approve({ at, by, changeId, context, reason }) {
      const key = { graphId, context, changeId };
      await database.approval.upsert({
        where: { graphId_context_changeId: key },
        create: { ...key, by, reason, at },
        update: { by, reason, at },
      });
    },
    async usage(days = storeLimits.usageDays) {
      return [
        ...(await usageFiles(database, graphId, days)),
        ...(await reportedUsage(database, graphId, days)),
      ];
    },
    addUsage: (usage) => addUsageFile(database, graphId, usage),
    async freeze(freeze) {
      const changed = await database.$executeRaw`UPDATE graph SET frozen = ${JSON.stringify(freeze)}::jsonb
        WHERE id = ${graphId} AND frozen IS NULL`;
      if (changed === 0) throw couldNotRun('The store is frozen already.');
    },
    async unfreeze() {
      await database.$executeRaw`UPDATE graph SET frozen = NULL WHERE id = ${graphId}`;
    },
  };
  return store;
}

async function append(
  transaction: RegistryTransaction,
  graphId: number,
  expectedHead: number,
  version: NewVersion,
): Promise<PublishResult> {
  const [graph] = await transaction.$queryRaw<{ head: number; frozen: Freeze | null }[]>`
    SELECT head, frozen FROM graph WHERE id = ${graphId} FOR UPDATE`;
  if (!graph) throw couldNotRun('The graph is gone.');
  if (graph.frozen) return { status: 'frozen', freeze: graph.frozen };
  if (graph.head !== expectedHead) return { status: 'conflict', head: graph.head };
  const { contracts, operations, subgraphs, supergraphSdl } = version;
  const operationsText = operations && JSON.stringify(operations);
  await keepContents(transaction, [
    supergraphSdl,
    ...subgraphs.map(({ sdl }) => sdl),
    ...(operationsText === undefined ? [] : [operationsText]),
  ]);
  const kept = subgraphs.map(
    ({ sdl, ...one }): KeptSubgraph => ({ ...(one as KeptSubgraph), schema: hashOf(sdl) }),
  );
  const id = expectedHead + 1;
  await transaction.$executeRaw`INSERT INTO version
    (graph_id, id, at, by, message, equal_to, subgraphs, supergraph_hash, operations_hash, contracts)
    VALUES (${graphId}, ${id}, ${version.at}::timestamptz, ${version.by}, ${version.message},
      ${version.equalTo ?? null}::int, ${JSON.stringify(kept)}::jsonb, ${bytesOf(hashOf(supergraphSdl))},
      ${operationsText === undefined ? null : bytesOf(hashOf(operationsText))}::bytea,
      ${contracts === undefined ? null : JSON.stringify(contracts)}::jsonb)`;
  await transaction.$executeRaw`UPDATE graph SET head = ${id} WHERE id = ${graphId}`;
  return { status: 'published', id };
}

function summaryOf({ at, by, equalTo, id, message, subgraphs }: VersionRow): VersionSummary {
  return {
    id,
    at: at.toISOString(),
    by,
    message,
    ...(equalTo !== null && { equalTo }),
    subgraphs: subgraphs.map(({ name }) => name),
  };
}

async function load(database: RegistryDatabase, row: VersionRow): Promise<Version> {
  const { contracts, operations, subgraphs, supergraph } = row;
  const texts = await readContents(database, [
    supergraph,
    ...subgraphs.map(({ schema }) => schema),
    ...(operations === null ? [] : [operations]),
  ]);
  const textOf = (hash: string) => texts.get(hash) ?? '';
  return {
    ...summaryOf(row),
    supergraphSdl: textOf(supergraph),
    subgraphs: subgraphs.map(({ schema, ...one }) => ({ ...one, sdl: textOf(schema) })),
    ...(contracts !== null && { contracts }),
    ...(operations !== null && { operations: JSON.parse(textOf(operations)) as KeptOperation[] }),
  };
}
