import { Prisma } from '@murmuration/prisma/user';
import { relationBits } from '@murmuration/relationships';
import { relationColumn, type ViewerSql } from '../relations/relation-sql.ts';

/** What keeps a person from being suggested: they are known, hidden, or one of the two keeps the other away. */
const excluding = (
  [
    'self',
    'viewerFollows',
    'viewerRequested',
    'viewerBlocks',
    'blocksViewer',
    'viewerMutes',
    'authorSuspended',
  ] as const
).reduce((sum, name) => sum | relationBits[name], 0);

/**
 * SQL that says whether an account may be suggested to the viewer.
 * @param viewer whose relation to the account `a` is joined by `relationJoins`
 */
export function isSuggestible(viewer: Exclude<ViewerSql, null>): Prisma.Sql {
  return Prisma.sql`(${relationColumn(viewer)} & ${Prisma.raw(String(excluding))} = 0
    AND NOT EXISTS (SELECT FROM dismissed_suggestion d WHERE d.account_id = ${viewer} AND d.dismissed_id = a.id))`;
}
