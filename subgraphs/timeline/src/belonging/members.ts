import type { Reads } from '../database/pool.ts';
import type { Source, SourceKind } from './source.ts';

/** How statements know whose entries a timeline is made of; arguments are SQL. */
export interface Members {
  /** Rows of these are one member each: `f`, with `since_seq`. */
  table: string;
  /** The member of a row. */
  person: string;
  /** Whether a row is of this source. */
  isOf: (source: string) => string;
  /** The source of a statement whose own parameters are four, `$1` the reader. */
  source: string;
  /** Whether what a member does in public is not for the reader. */
  isUnseen: (person: string, reader: string) => string;
  /** Whether a person's own entries belong whatever they are: those of a home's reader. */
  isOwn: (person: string) => string;
}

/** Whether the reader may not see what a person does in public, as the projection knows it; whom a home's reader follows is seen. */
const isUnseen = {
  home: (person: string) => `EXISTS (SELECT FROM account a WHERE a.id = ${person} AND a.is_suspended)`,
  list: (person: string, reader: string) => `EXISTS (SELECT FROM account a WHERE a.id = ${person}
    AND a.id <> ${reader} AND (a.is_suspended OR (a.is_private AND NOT EXISTS (
      SELECT FROM follow v WHERE v.follower_id = ${reader} AND v.followee_id = ${person} AND v.active))))`,
};

/** Across a block nobody is in a list of the other's: left out while it stands, and not forgotten. */
const isBlocked = (one: string, other: string) =>
  `EXISTS (SELECT FROM block b WHERE b.blocker_id = ${one} AND b.blocked_id = ${other} AND b.active)`;

export const members = {
  home: {
    table: 'follow f',
    person: 'f.followee_id',
    isOf: (source) => `f.follower_id = ${source} AND f.active`,
    source: '$1',
    isUnseen: isUnseen.home,
    isOwn: (person) => `${person} = $1`,
  },
  list: {
    table: 'list_member f',
    person: 'f.member_id',
    isOf: (source) => `f.list_id = ${source} AND NOT ${isBlocked('f.member_id', 'f.owner_id')}
      AND NOT ${isBlocked('f.owner_id', 'f.member_id')}`,
    source: '$5',
    isUnseen: isUnseen.list,
    isOwn: () => 'false',
  },
} as const satisfies Record<SourceKind, Members>;

/** A select of `id` and `since_seq` of all of them. */
export function membersSql(kind: SourceKind, source: string = members[kind].source): string {
  const { isOf, person, table } = members[kind];
  return `SELECT ${person} AS id, f.since_seq FROM ${table} WHERE ${isOf(source)}`;
}

/** Whether a person is one; for statements that look at few people. */
export function isMemberSql(kind: SourceKind, person: string, source: string = members[kind].source): string {
  const of = members[kind];
  return `EXISTS (SELECT FROM ${of.table} WHERE ${of.isOf(source)} AND ${of.person} = ${person})`;
}

/** Whether a person is none. Not by NOT EXISTS: the planner would join with all members. */
export function isNoMemberSql(kind: SourceKind, person: string): string {
  const of = members[kind];
  return `(SELECT true FROM ${of.table}
    WHERE ${of.isOf(of.source)} AND ${of.person} = ${person} LIMIT 1) IS NULL`;
}

const counts = {
  home: 'SELECT followee_count AS count FROM reader WHERE id = $1',
  list: 'SELECT member_count AS count FROM list WHERE id = $1',
} as const satisfies Record<SourceKind, string>;

/** How many there are, across blocks as well. */
export async function memberCountOf(sql: Reads, { id, kind }: Source): Promise<number> {
  const { rows } = await sql.query<{ count: number }>({
    name: `${kind}-member-count`,
    text: counts[kind],
    values: [id],
  });
  return rows[0]?.count ?? 0;
}

/** Everybody in a list, across blocks as well. */
export async function selectMembers(sql: Reads, listId: bigint): Promise<bigint[]> {
  const { rows } = await sql.query<{ id: bigint }>({
    name: 'list-member-ids',
    text: 'SELECT member_id AS id FROM list_member WHERE list_id = $1',
    values: [listId],
  });
  return rows.map(({ id }) => id);
}
