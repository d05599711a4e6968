import { createHash } from 'node:crypto';
import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { type UsageFile, usageFileSchema } from '@murmuration/registry/wire';

/** Usage files that people handed in whole, oldest first. */
export async function usageFiles(database: RegistryDatabase, graphId: number): Promise<UsageFile[]> {
  const rows = await database.usageFile.findMany({
    where: { graphId },
    orderBy: { addedAt: 'asc' },
    select: { body: true },
  });
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
  await database.$executeRaw`INSERT INTO usage_file (graph_id, hash, body)
    VALUES (${graphId}, ${hash}, ${body}::jsonb) ON CONFLICT DO NOTHING`;
}
