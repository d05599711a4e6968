import { createHash } from 'node:crypto';
import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { type UsageFile, usageFileSchema } from '@murmuration/registry/wire';
import { Fault } from '../faults.ts';

export const usageFileLimits = {
  /** Files of one graph, each of at most a body; with one more the oldest goes. */
  files: 100,
} as const;

/**
 * Usage files that people handed in whole and that tell of the last `days`, oldest first; perhaps some that are up to two days older. A
 * time of theirs is compared as text: one that the database cannot read would else keep every check from being judged.
 */
export async function usageFiles(
  database: RegistryDatabase,
  graphId: number,
  days: number,
): Promise<UsageFile[]> {
  const rows = await database.$queryRaw<{ body: unknown }[]>`
    SELECT body FROM usage_file WHERE graph_id = ${graphId} AND body->>'to' COLLATE "C" >= to_char(
      (now() - make_interval(secs => ${(days + 2) * 86_400}::float8)) AT TIME ZONE 'UTC', 'YYYY-MM-DD') ORDER BY added_at`;
  return rows.map(({ body }) => usageFileSchema.parse(body));
}

/**
 * Keeps a usage file; the same file again is no second one.
 * @throws Fault for a time that no call was made at
 */
export async function addUsageFile(
  database: RegistryDatabase,
  graphId: number,
  usage: UsageFile,
): Promise<void> {
  for (const moment of [usage.from, usage.to]) refuseImpossible(moment);
  const body = JSON.stringify(usage);
  const hash = createHash('sha256').update(body).digest();
  await database.$transaction([
    database.$executeRaw`INSERT INTO usage_file (graph_id, hash, body)
      VALUES (${graphId}, ${hash}, ${body}::jsonb) ON CONFLICT DO NOTHING`,
    database.$executeRaw`DELETE FROM usage_file WHERE graph_id = ${graphId} AND hash IN (
      SELECT hash FROM usage_file WHERE graph_id = ${graphId}
      ORDER BY added_at DESC, hash OFFSET ${usageFileLimits.files})`,
  ]);
}

function refuseImpossible(moment: string): void {
  const ms = Date.parse(moment);
  if (!(ms >= 0 && ms < endOfYears))
    throw new Fault('BAD_INPUT', `Nothing was counted at ${moment.slice(0, 100)}.`);
}

const endOfYears = Date.UTC(10_000, 0);
