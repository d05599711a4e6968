import { createHash } from 'node:crypto';
import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { type UsageFile, usageFileSchema } from '@murmuration/registry/wire';

export const usageFileLimits = {
  /** Files of one graph, each of at most a body; with one more the oldest goes. */
  files: 100,
} as const;

/** Usage files that people handed in whole and that tell of the last `days`, oldest first. */
export async function usageFiles(
  database: RegistryDatabase,
  graphId: number,
  days: number,
): Promise<UsageFile[]> {
  const rows = await database.$queryRaw<{ body: unknown }[]>`
    SELECT body FROM usage_file WHERE graph_id = ${graphId}
      AND (body->>'to')::timestamptz >= now() - make_interval(secs => ${days * 86_400}::float8) ORDER BY added_at`;
  return rows.map(({ body }) => usageFileSchema.parse(body));
}

/** Keeps a usage file; the same file again is no second one. */
export async function addUsageFile(
  database: RegistryDatabase,
  graphId: number,
  usage: UsageFile,
): Promise<void> {
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
