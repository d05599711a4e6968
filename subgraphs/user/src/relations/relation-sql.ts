import { idArray } from '@murmuration/postgres';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { anonymousViewer, type Relation, relationBits } from '@murmuration/relationships';
import { isHidden } from '../accounts/hidden.ts';

const bit = (name: keyof typeof relationBits) => Prisma.raw(String(relationBits[name]));

/** `$1` of a prepared statement. */
export const firstParameter: Prisma.Sql = Prisma.raw('$1::bigint');

/** Who looks: an id, or where a prepared statement has it. */
export type ViewerSql = bigint | null | Prisma.Sql;

function viewerOf(viewer: ViewerSql): Prisma.Sql | bigint {
  return viewer ?? anonymousViewer;
}

/**
 * The tables that say what a viewer and the account `a.id` are to each other, each joined by its primary
 * key: five index look-ups an account, whatever the sizes of the tables.
 */
export function relationJoins(viewerId: ViewerSql): Prisma.Sql {
  const viewer = viewerOf(viewerId);
  return Prisma.sql`
    LEFT JOIN block theirs ON theirs.blocker_id = a.id AND theirs.blocked_id = ${viewer} AND theirs.active
    LEFT JOIN block mine ON mine.blocker_id = ${viewer} AND mine.blocked_id = a.id AND mine.active
    LEFT JOIN mute ON mute.muter_id = ${viewer} AND mute.muted_id = a.id AND mute.active
    LEFT JOIN follow f ON f.follower_id = ${viewer} AND f.followee_id = a.id
    LEFT JOIN follow back ON back.follower_id = a.id AND back.followee_id = ${viewer}`;
}

/** The bits of `packages/relationships`, from the tables of {@link relationJoins}. */
export function relationColumn(viewerId: ViewerSql): Prisma.Sql {
  const bits: [keyof typeof relationBits, Prisma.Sql][] = [
    ['viewerBlocks', Prisma.sql`mine.active`],
    ['blocksViewer', Prisma.sql`theirs.active`],
    ['viewerMutes', Prisma.sql`mute.active`],
    ['viewerFollows', Prisma.sql`f.state = 'active'`],
    ['followsViewer', Prisma.sql`back.state = 'active'`],
    ['viewerRequested', Prisma.sql`f.state = 'requested'`],
    ['authorPrivate', Prisma.sql`a.is_private`],
    ['authorSuspended', Prisma.raw(isHidden('a.'))],
    ['self', Prisma.sql`a.id = ${viewerOf(viewerId)}`],
  ];
  const terms = bits.map(([name, when]) => Prisma.sql`CASE WHEN ${when} THEN ${bit(name)} ELSE 0 END`);
  return Prisma.sql`(${Prisma.join(terms, ' + ')})`;
}

/** Asked for every few seconds by whoever reads anything: see `PreparedReads`. */
const relations = {
  name: 'relations',
  text: Prisma.sql`SELECT a.id, ${relationColumn(firstParameter)} AS relation
    FROM account a ${relationJoins(firstParameter)} WHERE a.id = ANY (${Prisma.raw('$2')}::bigint[])`.text,
} as const;

const relationsToAuthor = {
  name: 'relations-to-author',
  text: Prisma.sql`SELECT v.id, ${relationColumn(Prisma.raw('v.id'))} AS relation
    FROM account a CROSS JOIN unnest(${Prisma.raw('$2')}::bigint[]) AS v (id)
    ${relationJoins(Prisma.raw('v.id'))} WHERE a.id = ${firstParameter}`.text,
} as const;

/** Each viewer's relation to the author, from the primary, in one statement. */
export async function readRelationsToAuthor(
  database: UserDatabase,
  authorId: bigint,
  viewerIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, Relation>> {
  const rows = await database.$reads.query<{ id: bigint; relation: number }>(relationsToAuthor, [
    authorId,
    idArray(viewerIds),
  ]);
  const found = new Map(rows.map((row) => [row.id, row.relation]));
  return new Map(viewerIds.map((id) => [id, found.get(id) ?? relationBits.authorMissing]));
}

/** The viewer's relation to each author, from the primary, in one statement. */
export async function readRelations(
  database: UserDatabase,
  viewerId: bigint | null,
  authorIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, Relation>> {
  const rows = await database.$reads.query<{ id: bigint; relation: number }>(relations, [
    viewerId ?? anonymousViewer,
    idArray(authorIds),
  ]);
  const found = new Map(rows.map((row) => [row.id, row.relation]));
  return new Map(authorIds.map((id) => [id, found.get(id) ?? relationBits.authorMissing]));
}
