import type { RegistryDatabase } from '@murmuration/prisma/registry';
import type { UsageFile } from '@murmuration/registry/wire';

/** Hours that follow each other are one span of time. */
const gapMs = 60_000;

type CountRow = {
  name: string;
  hash: string;
  document: string | null;
  coordinates: string[];
  client: string;
  version: string;
  count: number;
  at: Date;
};

/**
 * What gateways reported in the last `days`, as usage files: one for each span of time for which every call is known,
 * and all calls in the first of them. Without a report there is none; calls of hours of which something was lost are told, without
 * a claim that there were no others.
 */
export async function reportedUsage(
  database: RegistryDatabase,
  graphId: number,
  days: number,
): Promise<UsageFile[]> {
  const rows = await database.$queryRaw<CountRow[]>`
    SELECT o.name, encode(o.hash, 'hex') AS hash, o.document, o.coordinates, c.name AS client, c.version, u.count, u.at
    FROM (SELECT operation_id, client_id, sum(count)::float8 AS count, max(last_at) AS at FROM usage_count
      WHERE graph_id = ${graphId} AND day >= (now() AT TIME ZONE 'UTC')::date - ceil(${days}::float8)::int
      GROUP BY operation_id, client_id) u
    JOIN usage_operation o ON o.id = u.operation_id JOIN usage_client c ON c.id = u.client_id
    ORDER BY u.count DESC`;
  const spans = await knownSpans(database, graphId, days);
  const operations = rows.map(({ at, client, coordinates, count, document, hash, name, version }) => ({
    name: name === '' ? 'anonymous' : name,
    hash,
    ...(document === null ? { coordinates } : { document }),
    client: { name: client, ...(version && { version }) },
    count: Math.min(count, Number.MAX_SAFE_INTEGER),
    at: at.toISOString(),
  }));
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
