import type { UserDatabase } from '@murmuration/prisma/user';
import { anonymousViewer, type HandlesAnswer, maySeeProfile } from '@murmuration/relationships';
import { handlePattern } from '../accounts/handle.ts';
import { relationColumn, relationJoins } from '../relations/relation-sql.ts';

/**
 * Whose the handles are, in order. Who hides from the viewer is answered like nobody: whoever mentions them must not
 * learn from it that they exist.
 */
export async function findByHandles(
  database: UserDatabase,
  handles: readonly string[],
  viewerId: bigint | null = anonymousViewer,
): Promise<HandlesAnswer['users']> {
  const keys = handles.map((handle) => (handlePattern.test(handle) ? handle.toLowerCase() : ''));
  const rows = await database.$queryRaw<{ key: string; id: bigint; relation: number }[]>`
    SELECT w.key, a.id, ${relationColumn(viewerId)} AS relation
    FROM unnest(${[...new Set(keys)]}::text[]) AS w (key) JOIN account a ON a.id = handle_owner(w.key)
    ${relationJoins(viewerId)}`;
  const ids = new Map(
    rows.flatMap((row) => (maySeeProfile(row.relation) ? [[row.key, row.id] as const] : [])),
  );
  return keys.map((key) => {
    const id = ids.get(key);
    return id === undefined ? null : { id: id.toString() };
  });
}
