import type { UserDatabase } from '@murmuration/prisma/user';
import { handlePattern } from '../accounts/handle.ts';

export const handlesPath = '/internal/handles';
export const handlesLimit = 100;

/** Whose the handles are, in order and in any letter case; null for nobody's and for suspended people's. */
export async function findByHandles(
  database: UserDatabase,
  handles: readonly string[],
): Promise<({ id: string } | null)[]> {
  const keys = handles.map((handle) => (handlePattern.test(handle) ? handle.toLowerCase() : ''));
  const rows = await database.$queryRaw<{ key: string; id: bigint }[]>`
    SELECT lower(handle) AS key, id FROM account
    WHERE lower(handle) = ANY (${keys}::text[]) AND suspended_at IS NULL`;
  const ids = new Map(rows.map((row) => [row.key, row.id.toString()]));
  return keys.map((key) => {
    const id = ids.get(key);
    return id === undefined ? null : { id };
  });
}
