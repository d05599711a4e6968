import type { ChangeSource } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import type { LogEntry } from '../log/append.ts';
import { type IncomingChange, rowsOf } from './changes.ts';
import { type Row, type VersionedTable, writeRows } from './versioned-table.ts';

export const accounts: VersionedTable = {
  name: 'account',
  key: ['id'],
  columns: { is_private: 'boolean', is_suspended: 'boolean' },
  // Whom somebody still follows is counted on.
  goes: 'r.follower_count <= 0',
};

/**
 * Writes accounts. Who may see whom is decided at read; the log is told who became private or was suspended, for streams
 * tell whom to forget.
 */
export async function applyAccounts(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  head: bigint,
): Promise<LogEntry[]> {
  const { incoming, traceOf } = rowsOf('account.changed', changes, (account) => ({
    key: account.userId,
    row: { id: account.userId, is_private: account.isPrivate, is_suspended: account.isSuspended },
  }));
  const written = await writeRows<Row>(sql, accounts, incoming, source, head);
  return written.flatMap(({ after, before, position }) =>
    hiding
      .filter(({ column }) => after[column] === true && before?.[column] === false)
      .map(({ kind }) => ({
        kind,
        authorId: BigInt(String(after['id'])),
        position,
        traceContext: traceOf(position),
      })),
  );
}

const hiding = [
  { column: 'is_private', kind: 'private' },
  { column: 'is_suspended', kind: 'suspended' },
] as const;

/**
 * Moves the epochs of readers whose relations changed, and the counts that follows changed.
 * @returns an entry for every author who thereby became too big to push
 */
export async function moveReaders(
  sql: Sql,
  changed: readonly LogEntry[],
  bigFollowers: number,
): Promise<LogEntry[]> {
  const followees = new Map<string, number>();
  const followers = new Map<string, number>();
  for (const { kind, authorId, subjectId } of changed) {
    if (subjectId === undefined) continue;
    const difference = kind === 'follow' ? 1 : kind === 'unfollow' ? -1 : 0;
    add(followees, authorId, difference);
    // A block concerns the lists of both.
    if (kind === 'block' || kind === 'unblock') add(followees, subjectId, 0);
    if (difference !== 0) add(followers, subjectId, difference);
  }
  if (followees.size > 0) {
    await sql.query(
      `INSERT INTO reader AS r (id, epoch, followee_count)
       SELECT id, 1, difference FROM unnest($1::bigint[], $2::integer[]) AS e(id, difference)
       ON CONFLICT (id) DO UPDATE SET epoch = r.epoch + 1,
         followee_count = r.followee_count + excluded.followee_count`,
      [[...followees.keys()], [...followees.values()]],
    );
  }
  return followers.size > 0 ? countFollowers(sql, followers, bigFollowers) : [];
}

async function countFollowers(
  sql: Sql,
  followers: ReadonlyMap<string, number>,
  bigFollowers: number,
): Promise<LogEntry[]> {
  const { rows } = await sql.query<{ id: string; follower_count: number; is_big: boolean }>(
    `INSERT INTO account AS a (id, follower_count)
     SELECT id, difference FROM unnest($1::bigint[], $2::integer[]) AS e(id, difference)
     ON CONFLICT (id) DO UPDATE SET follower_count = a.follower_count + excluded.follower_count
     RETURNING id, follower_count, big_at IS NOT NULL AS is_big`,
    [[...followers.keys()], [...followers.values()]],
  );
  return rows
    .filter((row) => row.follower_count > bigFollowers && !row.is_big)
    .map((row) => ({
      kind: 'big',
      authorId: BigInt(row.id),
      position: Number.MAX_SAFE_INTEGER,
      traceContext: null,
    }));
}

/** Marks the authors of the `big` entries just written. The mark stays: see `big-authors/shrink.ts`. */
export async function markBig(sql: Sql, entries: readonly LogEntry[], head: bigint): Promise<void> {
  if (entries.length === 0) return;
  await sql.query(
    'UPDATE account SET big_seq = $2, big_at = clock_timestamp() WHERE id = ANY($1::bigint[])',
    [entries.map(({ authorId }) => authorId.toString()), head.toString()],
  );
}

function add(counts: Map<string, number>, id: bigint, difference: number): void {
  counts.set(id.toString(), (counts.get(id.toString()) ?? 0) + difference);
}
