import type { Connection, Edge } from '@murmuration/ids';
import { idArray } from '@murmuration/postgres';
import type { Reads } from '../database/pool.ts';

/** People whom somebody put together under a name. */
export interface List {
  id: bigint;
  ownerId: bigint;
  name: string;
  description: string;
  isPrivate: boolean;
  memberCount: number;
  createdAt: Date;
}

/** What nobody can tell of right now is an error of its own: the page stays. */
export type ListEdge = Edge<List | Error>;
export type ListConnection = Connection<List | Error>;

/** People, by their ids. */
export type MemberEdge = Edge<bigint | Error>;
export type MemberConnection = Connection<bigint | Error>;

/** Of `list l`. */
export const listColumns = `l.id, l.owner_id AS "ownerId", l.name, l.description, l.is_private AS "isPrivate",
  l.member_count AS "memberCount", l.created_at AS "createdAt"`;

/** Lists by their ids, whoever may see them. */
export async function findLists(sql: Reads, ids: readonly bigint[]): Promise<List[]> {
  const { rows } = await sql.query<List>({
    name: 'lists-by-id',
    text: `SELECT ${listColumns} FROM list l WHERE l.id = ANY($1::bigint[]) AND l.deleted_at IS NULL`,
    values: [idArray(ids)],
  });
  return rows;
}
