import type { RegistryDatabase, RegistryTransaction } from '@murmuration/prisma/registry';
import { retryConflicts } from '@murmuration/service-kit';
import { UnknownOperations } from '../faults.ts';
import { otherClient, type UsageReport } from './contract.ts';

export interface IngestLimits {
  /** Operations that are kept of one graph; calls of others are lost, and the hour unknown. */
  operations: number;
  /** Bytes of the texts of all operations of one graph; calls of operations beyond are lost as well. */
  documentBytes: number;
  /** Clients by name and version that are kept of one graph; others count as `other`. */
  clients: number;
  /** Gateways of one graph; of more, those heard of longest ago are forgotten. */
  gateways: number;
}

export const ingestLimits = {
  /** Of one report's transaction. */
  transactionMs: 10_000,
} as const;

type Client = { name: string; version: string };
const keyOf = ({ name, version = '' }: UsageReport['uses'][number]['client']) =>
  JSON.stringify([name, version]);

export interface Ingested {
  outcome: 'counted' | 'known';
  /** Operations that the report told and that there is no room for: calls of them are lost. */
  unkept: string[];
}

/**
 * Adds a report to what is counted, or finds that it was already.
 * All times are the database's; a sender tells only how long ago something was.
 * @throws UnknownOperations for operations that are neither told nor known; then nothing of it is counted
 */
export async function ingestReport(
  database: RegistryDatabase,
  graphId: number,
  report: UsageReport,
  limits: IngestLimits,
): Promise<Ingested> {
  return retryConflicts(() =>
    database.$transaction((transaction) => ingest(transaction, graphId, report, limits), {
      timeout: ingestLimits.transactionMs,
      maxWait: ingestLimits.transactionMs,
    }),
  );
}

async function ingest(
  transaction: RegistryTransaction,
  graphId: number,
  report: UsageReport,
  limits: IngestLimits,
): Promise<Ingested> {
  const { reporter, sequence } = report;
  const isNew = await transaction.$executeRaw`INSERT INTO usage_report (graph_id, reporter, sequence)
    VALUES (${graphId}, ${reporter}, ${sequence}::bigint) ON CONFLICT DO NOTHING`;
  if (isNew === 0) return { outcome: 'known', unkept: [] };
  const operations = await operationIds(transaction, graphId, report, limits);
  const clients = await clientIds(transaction, graphId, report.uses, limits.clients);
  const lost = await addCounts(transaction, graphId, report, operations, clients);
  await addHours(transaction, graphId, report, lost);
  await noteGateway(transaction, graphId, report.gateway, limits.gateways);
  const unkept = report.operations.filter(({ hash }) => !operations.has(hash)).map(({ hash }) => hash);
  return { outcome: 'counted', unkept };
}

async function noteGateway(
  transaction: RegistryTransaction,
  graphId: number,
  { name, supergraph }: UsageReport['gateway'],
  most: number,
): Promise<void> {
  const rows = await transaction.$queryRaw<{ isNew: boolean }[]>`
    INSERT INTO gateway (graph_id, name, supergraph) VALUES (${graphId}, ${name}, ${supergraph})
    ON CONFLICT (graph_id, name) DO UPDATE SET seen_at = clock_timestamp(), supergraph = excluded.supergraph,
      since = CASE WHEN gateway.supergraph = excluded.supergraph THEN gateway.since ELSE clock_timestamp() END
    RETURNING (xmax = 0) AS "isNew"`;
  if (!rows[0]?.isNew) return;
  // Who reports just now holds its row, and stays.
  await transaction.$executeRaw`DELETE FROM gateway WHERE graph_id = ${graphId} AND name IN (
    SELECT name FROM gateway WHERE graph_id = ${graphId}
    ORDER BY seen_at DESC OFFSET ${most} FOR UPDATE SKIP LOCKED)`;
}

/**
 * Ids of operations by hash, new ones kept as far as the limit goes.
 * @throws UnknownOperations
 */
async function operationIds(
  transaction: RegistryTransaction,
  graphId: number,
  { operations, uses }: Pick<UsageReport, 'operations' | 'uses'>,
  most: Pick<IngestLimits, 'operations' | 'documentBytes'>,
): Promise<Map<string, bigint>> {
  const told = new Set(operations.map(({ hash }) => hash));
  const hashes = [...new Set([...told, ...uses.map(({ operation }) => operation)])];
  const read = async () => {
    const rows = await transaction.$queryRaw<{ id: bigint; hash: string }[]>`
      SELECT id, encode(hash, 'hex') AS hash FROM usage_operation
      WHERE graph_id = ${graphId} AND hash IN (SELECT decode(h, 'hex') FROM unnest(${hashes}::text[]) AS h)`;
    return new Map(rows.map(({ hash, id }) => [hash, id]));
  };
  const known = await read();
  const missing = hashes.filter((hash) => !told.has(hash) && !known.has(hash));
  if (missing.length > 0) throw new UnknownOperations(missing);
  const fresh = operations.filter(({ hash }) => !known.has(hash)).toSorted(byHash);
  if (fresh.length === 0) return known;
  const [{ bytes, count } = { bytes: 0, count: 0 }] = await transaction.$queryRaw<
    { bytes: number; count: number }[]
  >`
    SELECT count(*)::int AS count, coalesce(sum(octet_length(document)), 0)::float8 AS bytes
    FROM usage_operation WHERE graph_id = ${graphId}`;
  const room = { bytes: most.documentBytes - bytes, operations: most.operations - count };
  for (const { coordinates = [], document, hash, kind, name } of fresh) {
    const size = Buffer.byteLength(document ?? '');
    if (room.operations < 1) break;
    if (size > room.bytes) continue;
    room.bytes -= size;
    room.operations--;
    await transaction.$executeRaw`INSERT INTO usage_operation (graph_id, hash, name, kind, document, coordinates)
      VALUES (${graphId}, decode(${hash}, 'hex'), ${name}, ${kind}, ${document ?? null}::text, ${coordinates}::text[])
      ON CONFLICT DO NOTHING`;
  }
  return read();
}

/** Ids of clients by name and version; what is beyond the limit is `other`. */
async function clientIds(
  transaction: RegistryTransaction,
  graphId: number,
  uses: UsageReport['uses'],
  most: number,
): Promise<Map<string, bigint>> {
  const asked = new Map(
    uses.map(({ client }) => [keyOf(client), { name: client.name, version: client.version ?? '' }] as const),
  );
  const read = async (clients: Client[]) => {
    const rows = await transaction.$queryRaw<(Client & { id: bigint })[]>`
      SELECT id, c.name, c.version FROM usage_client c
      JOIN unnest(${clients.map(({ name }) => name)}::text[], ${clients.map(({ version }) => version)}::text[])
        AS asked (name, version) ON c.name = asked.name AND c.version = asked.version
      WHERE c.graph_id = ${graphId}`;
    return new Map(rows.map((row) => [keyOf(row), row.id]));
  };
  const keep = async (clients: Client[]) => {
    await transaction.$executeRaw`INSERT INTO usage_client (graph_id, name, version)
      SELECT ${graphId}, name, version
      FROM unnest(${clients.map(({ name }) => name)}::text[], ${clients.map(({ version }) => version)}::text[])
        AS fresh (name, version) ORDER BY name, version ON CONFLICT DO NOTHING`;
  };
  const ids = await read([...asked.values()]);
  const fresh = [...asked].filter(([key]) => !ids.has(key));
  if (fresh.length === 0) return ids;
  const [{ count } = { count: 0 }] = await transaction.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM usage_client WHERE graph_id = ${graphId}`;
  const room = Math.max(0, most - count);
  const taken = fresh.slice(0, room).map(([, client]) => client);
  const isFull = fresh.length > room;
  await keep(isFull ? [...taken, otherClient] : taken);
  const all = await read([...asked.values(), otherClient]);
  const other = all.get(keyOf(otherClient));
  if (isFull && other !== undefined) for (const [key] of fresh.slice(room)) all.set(key, other);
  return all;
}

/** @returns how many calls were not counted */
async function addCounts(
  transaction: RegistryTransaction,
  graphId: number,
  { uses, window }: UsageReport,
  operations: ReadonlyMap<string, bigint>,
  clients: ReadonlyMap<string, bigint>,
): Promise<number> {
  let lost = 0;
  const rows = new Map<
    string,
    { operation: bigint; client: bigint; count: number; errors: number; latency: number[] }
  >();
  for (const { client, count, errors, latency, operation } of uses) {
    const [operationId, clientId] = [operations.get(operation), clients.get(keyOf(client))];
    if (operationId === undefined || clientId === undefined) {
      lost += count;
      continue;
    }
    const key = `${operationId} ${clientId}`;
    const row = rows.get(key);
    // Two clients may have become one.
    rows.set(key, {
      operation: operationId,
      client: clientId,
      count: count + (row?.count ?? 0),
      errors: errors + (row?.errors ?? 0),
      latency: latency.map((one, at) => one + (row?.latency[at] ?? 0)),
    });
  }
  const sorted = [...rows.values()].toSorted((one, other) =>
    one.operation === other.operation
      ? compare(one.client, other.client)
      : compare(one.operation, other.operation),
  );
  if (sorted.length === 0) return lost;
  await transaction.$executeRaw`
    INSERT INTO usage_count AS known (graph_id, day, operation_id, client_id, count, errors, latency, last_at)
    SELECT ${graphId}, (at AT TIME ZONE 'UTC')::date, operation, client, count, errors,
      string_to_array(latency, ',')::bigint[], at
    FROM unnest(${sorted.map(({ operation }) => operation)}::bigint[], ${sorted.map(({ client }) => client)}::bigint[],
      ${sorted.map(({ count }) => count)}::bigint[], ${sorted.map(({ errors }) => errors)}::bigint[],
      ${sorted.map(({ latency }) => latency.join(','))}::text[]) AS told (operation, client, count, errors, latency),
      (SELECT now() - make_interval(secs => ${window.ageMs / 1_000}::float8) AS at) AS ended
    ON CONFLICT (graph_id, day, operation_id, client_id) DO UPDATE SET
      count = known.count + excluded.count, errors = known.errors + excluded.errors,
      latency = ARRAY(SELECT a + b FROM unnest(known.latency, excluded.latency) WITH ORDINALITY AS t (a, b, n) ORDER BY n),
      last_at = greatest(known.last_at, excluded.last_at)`;
  return lost;
}

/** Marks the hours of a window as known, or as not known where something was lost. */
async function addHours(
  transaction: RegistryTransaction,
  graphId: number,
  report: UsageReport,
  lostHere: number,
): Promise<void> {
  const { ageMs, durationMs } = report.window;
  await transaction.$executeRaw`
    INSERT INTO usage_hour AS known (graph_id, hour, first_at, last_at, lost)
    SELECT ${graphId}, hour, greatest(hour, since), least(hour + interval '1 hour', until), ${report.lost + lostHere}::bigint
    FROM (SELECT now() - make_interval(secs => ${(ageMs + durationMs) / 1_000}::float8) AS since,
      now() - make_interval(secs => ${ageMs / 1_000}::float8) AS until) AS span,
      generate_series(date_trunc('hour', since, 'UTC'), until, interval '1 hour') AS hour
    ORDER BY hour
    ON CONFLICT (graph_id, hour) DO UPDATE SET first_at = least(known.first_at, excluded.first_at),
      last_at = greatest(known.last_at, excluded.last_at), lost = known.lost + excluded.lost`;
}

const compare = (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0);
const byHash = (one: { hash: string }, other: { hash: string }) => (one.hash < other.hash ? -1 : 1);
