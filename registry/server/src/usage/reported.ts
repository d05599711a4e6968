import type { RegistryDatabase } from '@murmuration/prisma/registry';
import type { UsageFile } from '@murmuration/registry/wire';
import { otherClient } from './contract.ts';

/** Hours that follow each other are one span of time. */
const gapMs = 60_000;

export const reportedLimits = {
  /** Clients that are told of one operation, those that call it most; the others together are `other`. */
  clients: 50,
} as const;

type CountRow = { id: bigint; client: string | null; version: string | null; count: number; at: Date };
type OperationRow = {
  id: bigint;
  name: string;
  hash: string;
  document: string | null;
  coordinates: string[];
};

/**
 * What gateways reported in the last `days`, as usage files: one for each span of time for which every call is known,
 * and all calls in the first of them. Without a report there is none; calls of hours of which something was lost are told, without
 * a claim that there were no others. No operation is left out, for it would look unused.
 */
export async function reportedUsage(
  database: RegistryDatabase,
  graphId: number,
  days: number,
): Promise<UsageFile[]> {
  const rows = await database.$queryRaw<CountRow[]>`
    SELECT u.id, c.name AS client, c.version, u.count, u.at
    FROM (SELECT operation_id AS id, CASE WHEN rank <= ${reportedLimits.clients} THEN client_id END AS client_id,
        sum(count)::float8 AS count, max(at) AS at
      FROM (SELECT operation_id, client_id, sum(count) AS count, max(last_at) AS at,
          row_number() OVER (PARTITION BY operation_id ORDER BY sum(count) DESC, client_id) AS rank
        FROM usage_count
        WHERE graph_id = ${graphId} AND day >= (now() AT TIME ZONE 'UTC')::date - ceil(${days}::float8)::int
        GROUP BY operation_id, client_id) AS ranked
      GROUP BY 1, 2) u
    LEFT JOIN usage_client c ON c.id = u.client_id ORDER BY u.count DESC`;
  const operationOf = await operationsById(database, graphId);
  const spans = await knownSpans(database, graphId, days);
  const operations = rows.flatMap(({ at, client, count, id, version }) => {
    const operation = operationOf.get(id);
    if (!operation) return [];
    const { coordinates, document, hash, name } = operation;
    return {
      name: name === '' ? 'anonymous' : name,
      hash,
      ...(document === null ? { coordinates } : { document }),
      client: { name: client ?? otherClient.name, ...(version && { version }) },
      count: Math.min(count, Number.MAX_SAFE_INTEGER),
      at: at.toISOString(),
    };
  });
  const [first, ...rest] = spans;
  const spanFile = ({ firstMs, lastMs }: Span, all: UsageFile['operations']): UsageFile => ({
    version: 1,
    from: new Date(firstMs).toISOString(),
    to: new Date(lastMs).toISOString(),
    operations: all,
  });
  if (first) return [spanFile(first, operations), ...rest.map((span) => spanFile(span, []))];
  const latest = rows.reduce((most, { at }) => Math.max(most, at.getTime()), 0);
  return rows.length > 0 ? [spanFile({ firstMs: latest, lastMs: latest }, operations)] : [];
}

/** Each text comes once, however many clients send it. */
async function operationsById(
  database: RegistryDatabase,
  graphId: number,
): Promise<ReadonlyMap<bigint, OperationRow>> {
  const rows = await database.$queryRaw<OperationRow[]>`
    SELECT id, name, encode(hash, 'hex') AS hash, document, coordinates
    FROM usage_operation WHERE graph_id = ${graphId}`;
  return new Map(rows.map((row) => [row.id, row]));
}

type Span = { firstMs: number; lastMs: number };

/** The spans of time in which gateways reported and nothing was lost. */
export async function knownSpans(database: RegistryDatabase, graphId: number, days: number): Promise<Span[]> {
  const hours = await database.$queryRaw<{ first: Date; last: Date }[]>`
    SELECT first_at AS first, last_at AS last FROM usage_hour
    WHERE graph_id = ${graphId} AND lost = 0
      AND hour >= now() - make_interval(secs => ${(days + 1) * 86_400}::float8)
    ORDER BY hour`;
  const spans: Span[] = [];
  for (const { first, last } of hours) {
    const span = spans.at(-1);
    if (span && first.getTime() - span.lastMs <= gapMs) span.lastMs = last.getTime();
    else spans.push({ firstMs: first.getTime(), lastMs: last.getTime() });
  }
  return spans;
}

const dayMs = 86_400_000;

/** Whether all of the last `days` is known, as a check sees it: a day may be missing. By the database's clock, as the hours are. */
export async function isCovered(database: RegistryDatabase, graphId: number, days: number): Promise<boolean> {
  const endMs = await nowMs(database);
  let coveredMs = endMs - days * dayMs;
  for (const { firstMs, lastMs } of await knownSpans(database, graphId, days)) {
    if (firstMs - coveredMs > dayMs) return false;
    coveredMs = Math.max(coveredMs, lastMs);
  }
  return endMs - coveredMs <= dayMs;
}

/** One clock for all processes of the registry: theirs may be wrong, and differ. */
export async function nowMs(database: RegistryDatabase): Promise<number> {
  const [row] = await database.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  if (!row) throw new Error('The database does not tell the time.');
  return row.now.getTime();
}
