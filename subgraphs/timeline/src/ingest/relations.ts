import { aggregateTypeOf, type EventPayload, type EventType } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import { type IncomingChange, type IncomingSource, newestOf, onlyIfNewer, rangeOf } from './changes.ts';
import type { LogEntry, LogKind } from './log.ts';

type RelationEvent = Extract<EventType, 'follow.changed' | 'block.changed' | 'mute.changed'>;

interface RelationTable<T extends RelationEvent> {
  type: T;
  table: string;
  from: string;
  to: string;
  begins: LogKind;
  ends: LogKind;
  read(payload: EventPayload<T>): { from: string; to: string; isActive: boolean };
}

const follows: RelationTable<'follow.changed'> = {
  type: 'follow.changed',
  table: 'follow',
  from: 'follower_id',
  to: 'followee_id',
  begins: 'follow',
  ends: 'unfollow',
  read: ({ followerId, followeeId, state }) => ({
    from: followerId,
    to: followeeId,
    isActive: state === 'active',
  }),
};

const blocks: RelationTable<'block.changed'> = {
  type: 'block.changed',
  table: 'block',
  from: 'blocker_id',
  to: 'blocked_id',
  begins: 'block',
  ends: 'unblock',
  read: ({ blockerId, blockedId, active }) => ({ from: blockerId, to: blockedId, isActive: active }),
};

const mutes: RelationTable<'mute.changed'> = {
  type: 'mute.changed',
  table: 'mute',
  from: 'muter_id',
  to: 'muted_id',
  begins: 'mute',
  ends: 'unmute',
  read: ({ muterId, mutedId, active }) => ({ from: muterId, to: mutedId, isActive: active }),
};

/** Writes what is newer than the projection knows; returns what thereby began or ended. */
export async function applyRelations(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: IncomingSource,
  head: bigint,
): Promise<LogEntry[]> {
  return [
    ...(await applyTable(sql, changes, source, follows, head)),
    ...(await applyTable(sql, changes, source, blocks, head)),
    ...(await applyTable(sql, changes, source, mutes, head)),
  ];
}

async function applyTable<T extends RelationEvent>(
  sql: Sql,
  all: readonly IncomingChange[],
  source: IncomingSource,
  relation: RelationTable<T>,
  head: bigint,
): Promise<LogEntry[]> {
  const changes = newestOf(relation.type, all, (payload) => {
    const { from, to } = relation.read(payload);
    return `${from}:${to}`;
  });
  const incoming = changes.map(({ payload, version, position }) => {
    const { from, to, isActive } = relation.read(payload);
    return { from_id: from, to_id: to, active: isActive, version, position };
  });
  const rows = await removeMissing(sql, source, relation, incoming);
  if (incoming.length > 0) {
    const values = [JSON.stringify(incoming), ...(relation.table === 'follow' ? [head.toString()] : [])];
    rows.push(...(await sql.query<ChangedRow>(writeSql(relation, source), values)).rows);
  }
  const traces = new Map(changes.map(({ position, traceContext }) => [position, traceContext]));
  return rows.map((row) => ({
    kind: row.active ? relation.begins : relation.ends,
    authorId: BigInt(row.from_id),
    subjectId: BigInt(row.to_id),
    position: row.position,
    traceContext: traces.get(row.position) ?? null,
  }));
}

/** A snapshot's page that does not name a relation of its range says that there is none. */
async function removeMissing<T extends RelationEvent>(
  sql: Sql,
  source: IncomingSource,
  { table, from, to, type }: RelationTable<T>,
  present: readonly { from_id: string; to_id: string }[],
): Promise<ChangedRow[]> {
  if (source.kind !== 'snapshot' || source.aggregate !== aggregateTypeOf(type)) return [];
  const range = rangeOf(source, [from, to]);
  const { rows } = await sql.query<ChangedRow>(
    `WITH present AS (
      SELECT from_id, to_id FROM jsonb_to_recordset($1::jsonb) AS e(from_id bigint, to_id bigint)
    ), removed AS (
      DELETE FROM ${table} WHERE ${range.condition} AND (${from}, ${to}) NOT IN (SELECT from_id, to_id FROM present)
      RETURNING ${from} AS from_id, ${to} AS to_id, active
    )
    SELECT from_id, to_id, false AS active, 0 AS position FROM removed WHERE active`,
    [JSON.stringify(present), ...range.values],
  );
  return rows;
}

interface ChangedRow {
  from_id: string;
  to_id: string;
  active: boolean;
  position: number;
}

/** The head row is locked, so what `before` reads is what `written` overwrites. */
function writeSql<T extends RelationEvent>(
  { table, from, to }: RelationTable<T>,
  source: IncomingSource,
): string {
  const isFollow = table === 'follow';
  return `WITH incoming AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS e(from_id bigint, to_id bigint, active boolean, version bigint, position integer)
    ), before AS (
      SELECT r.${from} AS from_id, r.${to} AS to_id, r.active
      FROM incoming i JOIN ${table} r ON r.${from} = i.from_id AND r.${to} = i.to_id
    ), written AS (
      INSERT INTO ${table} AS r (${from}, ${to}, active, version${isFollow ? ', since_seq' : ''})
      SELECT from_id, to_id, active, version${isFollow ? ', $2::bigint' : ''} FROM incoming
      ON CONFLICT (${from}, ${to}) DO UPDATE SET active = excluded.active, version = excluded.version
        ${isFollow ? ', since_seq = CASE WHEN r.active THEN r.since_seq ELSE excluded.since_seq END' : ''}
      ${onlyIfNewer(source, 'r')}
      RETURNING r.${from} AS from_id, r.${to} AS to_id, r.active
    )
    SELECT w.from_id, w.to_id, w.active, i.position
    FROM written w JOIN incoming i USING (from_id, to_id) LEFT JOIN before b USING (from_id, to_id)
    WHERE w.active <> coalesce(b.active, false)`;
}
