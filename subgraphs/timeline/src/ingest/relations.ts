import type { ChangeSource, EventPayload, EventType } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import type { LogEntry, LogKind } from '../log/append.ts';
import { type IncomingChange, rowsOf } from './changes.ts';
import { type Row, type VersionedTable, writeRows } from './versioned-table.ts';

type RelationEvent = Extract<EventType, 'follow.changed' | 'block.changed' | 'mute.changed'>;

/** A relation between two people, and what of it stands in the log. */
export interface Relation<T extends RelationEvent = RelationEvent> {
  type: T;
  table: VersionedTable;
  begins: LogKind;
  ends: LogKind;
  /** Who has it, to whom, and whether it is there. */
  read(payload: EventPayload<T>): [from: string, to: string, isActive: boolean];
}

const follows: Relation<'follow.changed'> = {
  type: 'follow.changed',
  table: {
    name: 'follow',
    key: ['follower_id', 'followee_id'],
    columns: { active: 'boolean' },
    // Live events of the followee after this one are for the follower.
    follows: {
      column: 'since_seq',
      value: '$3::bigint',
      ofKnown: 'CASE WHEN r.active THEN r.since_seq ELSE excluded.since_seq END',
    },
  },
  begins: 'follow',
  ends: 'unfollow',
  read: ({ followerId, followeeId, state }) => [followerId, followeeId, state === 'active'],
};

const blocks: Relation<'block.changed'> = {
  type: 'block.changed',
  table: { name: 'block', key: ['blocker_id', 'blocked_id'], columns: { active: 'boolean' } },
  begins: 'block',
  ends: 'unblock',
  read: ({ blockerId, blockedId, active }) => [blockerId, blockedId, active],
};

const mutes: Relation<'mute.changed'> = {
  type: 'mute.changed',
  table: { name: 'mute', key: ['muter_id', 'muted_id'], columns: { active: 'boolean' } },
  begins: 'mute',
  ends: 'unmute',
  read: ({ muterId, mutedId, active }) => [muterId, mutedId, active],
};

/** By the name of their aggregate. */
export const relations = { follow: follows, block: blocks, mute: mutes } as const;

/** Writes what is newer than the projection knows; returns what thereby began or ended. */
export async function applyRelations(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  head: bigint,
): Promise<LogEntry[]> {
  return [
    ...(await applyRelation(sql, changes, source, follows, head)),
    ...(await applyRelation(sql, changes, source, blocks, head)),
    ...(await applyRelation(sql, changes, source, mutes, head)),
  ];
}

async function applyRelation<T extends RelationEvent>(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  { type, table, read, begins, ends }: Relation<T>,
  head: bigint,
): Promise<LogEntry[]> {
  const [fromColumn, toColumn = ''] = table.key;
  const { incoming, traceOf } = rowsOf(type, changes, (payload) => {
    const [from, to, active] = read(payload);
    return { key: `${from}:${to}`, row: { [fromColumn]: from, [toColumn]: to, active } };
  });
  const written = await writeRows<Row>(sql, table, incoming, source, head);
  return written
    .filter(({ after, before }) => after['active'] !== (before?.['active'] ?? false))
    .map(({ after, position }) => ({
      kind: after['active'] ? begins : ends,
      authorId: BigInt(String(after[fromColumn])),
      subjectId: BigInt(String(after[toColumn])),
      position,
      traceContext: traceOf(position),
    }));
}

/** What ended with relations that are gone at their owner. */
export function endsOf({ table, ends }: Pick<Relation, 'table' | 'ends'>, gone: readonly Row[]): LogEntry[] {
  const [fromColumn, toColumn = ''] = table.key;
  return gone
    .filter((row) => row['active'])
    .map((row) => ({
      kind: ends,
      authorId: BigInt(String(row[fromColumn])),
      subjectId: BigInt(String(row[toColumn])),
      position: 0,
      traceContext: null,
    }));
}
