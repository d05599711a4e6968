import { inTransaction } from '@murmuration/events';
import type pg from 'pg';
import type { Sql } from '../database/pool.ts';
import { appendToLog, type LogEntry } from '../log/append.ts';
import { lockHead } from '../log/head.ts';
import type { Attempt } from './input.ts';
import { type List, listColumns } from './list.ts';

export interface Draft {
  name: string;
  description: string;
  isPrivate: boolean;
}

/** Whoever has as many as one may have makes none; whoever had the same made before makes no second one. */
const createSql = `
INSERT INTO list AS l (owner_id, name, description, is_private, idempotency_key, input_hash)
SELECT $1::bigint, $2, $3, $4, $5, $6
WHERE (SELECT count(*) FROM list WHERE owner_id = $1 AND deleted_at IS NULL) < $7
ON CONFLICT (owner_id, idempotency_key) DO NOTHING
RETURNING ${listColumns}`;

/** Null beyond the limit, and where the key was used. */
export async function createList(
  sql: Sql,
  ownerId: bigint,
  { description, isPrivate, name }: Draft,
  attempt: Attempt | null,
  most: number,
): Promise<List | null> {
  const { rows } = await sql.query<List>({
    name: 'list-create',
    text: createSql,
    values: [ownerId, name, description, isPrivate, attempt?.key ?? null, attempt?.inputHash ?? null, most],
  });
  return rows[0] ?? null;
}

/** What was made by an attempt before; `list` is null when it is gone by now. */
export async function findAttempt(
  sql: Sql,
  ownerId: bigint,
  { inputHash, key }: Attempt,
): Promise<{ isSame: boolean; list: List | null } | null> {
  const { rows } = await sql.query<List & { isSame: boolean; isGone: boolean }>({
    name: 'list-attempt',
    text: `SELECT ${listColumns}, l.input_hash = $3 AS "isSame", l.deleted_at IS NOT NULL AS "isGone"
      FROM list l WHERE l.owner_id = $1 AND l.idempotency_key = $2`,
    values: [ownerId, key, inputHash],
  });
  const [row] = rows;
  return row ? { isSame: row.isSame, list: row.isGone ? null : row } : null;
}

/** What is null stays. The list as it is then; null when it is not the owner's. */
export function updateList(
  pool: pg.Pool,
  listId: bigint,
  ownerId: bigint,
  { description, isPrivate, name }: { [Part in keyof Draft]: Draft[Part] | null },
): Promise<List | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<List & { wasPrivate: boolean }>({
      name: 'list-update',
      text: `UPDATE list l SET name = coalesce($3, l.name), description = coalesce($4, l.description),
          is_private = coalesce($5, l.is_private)
        FROM (SELECT id, is_private FROM list WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL FOR UPDATE) old
        WHERE l.id = old.id RETURNING ${listColumns}, old.is_private AS "wasPrivate"`,
      values: [listId, ownerId, name, description, isPrivate],
    });
    const [list] = rows;
    if (list?.isPrivate && !list.wasPrivate)
      await tellLog(client, { kind: 'list_closed', authorId: ownerId, listId });
    return list ?? null;
  });
}

/** Whoever saw it does not any more, and its members are in none; the rest goes later (see retire.ts). */
export function deleteList(pool: pg.Pool, listId: bigint, ownerId: bigint): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'list-delete',
      text: `WITH gone AS (
          UPDATE list SET deleted_at = clock_timestamp(), name = '', description = '', member_count = 0
          WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING id),
        left_it AS (DELETE FROM list_member m USING gone WHERE m.list_id = gone.id)
        SELECT FROM gone`,
      values: [listId, ownerId],
    });
    if (rowCount === 1) await tellLog(client, { kind: 'list_closed', authorId: ownerId, listId });
    return rowCount === 1;
  });
}

/** A list as it is after a change of its members, or why it has not changed. */
export type MemberChange = { status: 'done'; list: List } | { status: 'full' } | { status: 'not found' };

/** Putting somebody in again changes nothing, beyond the limit as well. The list's row is held, so the limit is exact. */
export function addMember(
  pool: pg.Pool,
  { listId, memberId, ownerId }: { listId: bigint; memberId: bigint; ownerId: bigint },
  most: number,
): Promise<MemberChange> {
  return inTransaction(pool, async (client) => {
    const list = await lockList(client, listId, ownerId);
    if (!list) return { status: 'not found' };
    if (await isMember(client, listId, memberId)) return { status: 'done', list };
    if (list.memberCount >= most) return { status: 'full' };
    const since = await tellLog(client, { kind: 'list_joined', authorId: memberId, listId });
    await client.query({
      name: 'list-member-add',
      text: 'INSERT INTO list_member (list_id, member_id, owner_id, since_seq) VALUES ($1, $2, $3, $4)',
      values: [listId, memberId, ownerId, since],
    });
    return { status: 'done', list: await count(client, list, 1) };
  });
}

/** Taking somebody out who is not in it changes nothing. */
export function removeMember(
  pool: pg.Pool,
  { listId, memberId, ownerId }: { listId: bigint; memberId: bigint; ownerId: bigint },
): Promise<MemberChange> {
  return inTransaction(pool, async (client) => {
    const list = await lockList(client, listId, ownerId);
    if (!list) return { status: 'not found' };
    const { rowCount } = await client.query({
      name: 'list-member-remove',
      text: 'DELETE FROM list_member WHERE list_id = $1 AND member_id = $2',
      values: [listId, memberId],
    });
    if (rowCount === 0) return { status: 'done', list };
    await tellLog(client, { kind: 'list_left', authorId: memberId, listId });
    return { status: 'done', list: await count(client, list, -1) };
  });
}

/** Before the head of the log, which every writer of it takes last. */
async function lockList(client: Sql, listId: bigint, ownerId: bigint): Promise<List | null> {
  const { rows } = await client.query<List>({
    name: 'list-lock',
    text: `SELECT ${listColumns} FROM list l
      WHERE l.id = $1 AND l.owner_id = $2 AND l.deleted_at IS NULL FOR UPDATE`,
    values: [listId, ownerId],
  });
  return rows[0] ?? null;
}

async function isMember(client: Sql, listId: bigint, memberId: bigint): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'list-is-member',
    text: 'SELECT FROM list_member WHERE list_id = $1 AND member_id = $2',
    values: [listId, memberId],
  });
  return rowCount === 1;
}

async function count(client: Sql, list: List, change: 1 | -1): Promise<List> {
  await client.query({
    name: 'list-count',
    text: 'UPDATE list SET member_count = member_count + $2 WHERE id = $1',
    values: [list.id, change],
  });
  return { ...list, memberCount: list.memberCount + change };
}

/** @returns the event's place */
async function tellLog(
  client: Sql,
  { listId, ...event }: Pick<LogEntry, 'kind' | 'authorId'> & { listId: bigint },
): Promise<bigint> {
  const head = await lockHead(client);
  return appendToLog(client, head, [{ ...event, entryId: listId, position: 0, traceContext: null }]);
}
