import { idArray, pageStatements, pageValues } from '@murmuration/postgres';
import type { PagedRow, PageRequest } from '@murmuration/service-kit/subgraph';
import { members } from '../belonging/members.ts';
import type { Reads } from '../database/pool.ts';
import { listLimits } from './limits.ts';
import { type List, listColumns } from './list.ts';

/** Somebody in a list; `key` is when they came. */
export interface MemberRow extends PagedRow {
  memberId: bigint;
}

/** A list among somebody's. */
export type ListRow = List & PagedRow;

const asked =
  'unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (owner, low, high, ordinal)';
const pagesOf = (name: string, select: string, key: string) =>
  pageStatements(
    name,
    (direction) => `SELECT asked.ordinal, found.* FROM ${asked} CROSS JOIN LATERAL (
      ${select} AND ${key} > asked.low AND ${key} < asked.high ORDER BY ${key} ${direction} LIMIT $4) found
    ORDER BY asked.ordinal, found.key ${direction}`,
  );

const pages = {
  members: pagesOf(
    'list-members',
    `SELECT f.id AS key, f.member_id AS "memberId" FROM ${members.list.table} WHERE ${members.list.isOf('asked.owner')}`,
    'f.id',
  ),
  own: pagesOf(
    'lists-own',
    `SELECT l.id AS key, ${listColumns} FROM list l WHERE l.owner_id = asked.owner AND l.deleted_at IS NULL`,
    'l.id',
  ),
  followed: pagesOf(
    'lists-followed',
    `SELECT f.id AS key, ${listColumns} FROM list_follow f JOIN list l ON l.id = f.list_id AND l.deleted_at IS NULL
     WHERE f.follower_id = asked.owner`,
    'f.id',
  ),
};

async function read<Row extends PagedRow>(
  sql: Reads,
  of: (typeof pages)[keyof typeof pages],
  request: PageRequest,
): Promise<Row[]> {
  const { rows } = await sql.query<Row>({ ...of[request.direction], values: pageValues(request) });
  return rows;
}

/** Members of several lists, who came last first; not across a block with the owner. */
export function findMembers(sql: Reads, request: PageRequest): Promise<MemberRow[]> {
  return read(sql, pages.members, request);
}

/** Lists of several people, by who made them or who follows them; the newest first. */
export function findListsOf(sql: Reads, which: 'own' | 'followed', request: PageRequest): Promise<ListRow[]> {
  return read(sql, pages[which], request);
}

/** How many follow each of some lists, as far as is counted. */
export async function countFollowers(
  sql: Reads,
  listIds: readonly bigint[],
): Promise<{ listId: bigint; count: number }[]> {
  const { rows } = await sql.query<{ listId: bigint; count: number }>({
    name: 'list-follower-counts',
    text: `SELECT asked.id AS "listId", (SELECT count(*)::integer FROM (
        SELECT FROM list_follow f WHERE f.list_id = asked.id LIMIT $2) counted) AS count
      FROM unnest($1::bigint[]) AS asked (id)`,
    values: [idArray(listIds), listLimits.followersCounted],
  });
  return rows;
}

/** Which of some lists somebody follows. */
export async function followedAmong(
  sql: Reads,
  followerId: bigint,
  listIds: readonly bigint[],
): Promise<{ listId: bigint }[]> {
  const { rows } = await sql.query<{ listId: bigint }>({
    name: 'lists-followed-among',
    text: 'SELECT list_id AS "listId" FROM list_follow WHERE follower_id = $1 AND list_id = ANY($2::bigint[])',
    values: [followerId, idArray(listIds)],
  });
  return rows;
}
