import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { latencyBoundsMs } from './contract.ts';

export interface ListedOperation {
  hash: string;
  name: string;
  kind: string;
  client: string;
  version: string;
  count: number;
  errors: number;
  latency: number[];
  lastAt: Date;
}

export const operationLimits = { listed: 500 } as const;

/** Operations by client and version in the last `days`, most called first. */
export function listOperations(
  database: RegistryDatabase,
  graphId: number,
  days: number,
): Promise<ListedOperation[]> {
  return database.$queryRaw<ListedOperation[]>`
    SELECT encode(o.hash, 'hex') AS hash, o.name, o.kind, c.name AS client, c.version,
      u.count, u.errors, u.latency, u.last_at AS "lastAt"
    FROM (SELECT operation_id, client_id, sum(count)::float8 AS count, sum(errors)::float8 AS errors, max(last_at) AS last_at,
        ARRAY(SELECT sum(e.calls)::float8 FROM usage_count d, unnest(d.latency) WITH ORDINALITY AS e (calls, n)
          WHERE d.graph_id = ${graphId} AND d.operation_id = k.operation_id AND d.client_id = k.client_id
            AND d.day >= (now() AT TIME ZONE 'UTC')::date - ${days}::int GROUP BY e.n ORDER BY e.n) AS latency
      FROM usage_count k WHERE graph_id = ${graphId} AND day >= (now() AT TIME ZONE 'UTC')::date - ${days}::int
      GROUP BY operation_id, client_id ORDER BY count DESC LIMIT ${operationLimits.listed}) u
    JOIN usage_operation o ON o.id = u.operation_id JOIN usage_client c ON c.id = u.client_id ORDER BY u.count DESC`;
}

/** The text or the coordinates of an operation. */
export async function findOperation(
  database: RegistryDatabase,
  graphId: number,
  hash: string,
): Promise<{ name: string; text: string } | undefined> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
  const row = await database.usageOperation.findUnique({
    where: { graphId_hash: { graphId, hash: Buffer.from(hash, 'hex') } },
    select: { name: true, document: true, coordinates: true },
  });
  return row ? { name: row.name, text: row.document ?? row.coordinates.join('\n') } : undefined;
}

/** The bucket in which that share of all calls is reached, in words: `≤ 50 ms`. */
export function percentileText(latency: readonly number[], share: number): string {
  const all = latency.reduce((sum, one) => sum + one, 0);
  let sum = 0;
  for (const [at, one] of latency.entries()) {
    sum += one;
    if (sum > 0 && sum >= share * all) {
      const bound = latencyBoundsMs[at];
      return bound === undefined ? `> ${latencyBoundsMs.at(-1)} ms` : `≤ ${bound} ms`;
    }
  }
  return '';
}
