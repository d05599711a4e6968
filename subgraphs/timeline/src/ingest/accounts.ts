import type { Sql } from '../database/pool.ts';
import { type IncomingChange, type IncomingSource, newestOf, onlyIfNewer } from './changes.ts';
import type { LogEntry } from './log.ts';

/** Writes accounts. Who may see whom is decided at read, so nothing of this goes to the log. */
export async function applyAccounts(
  sql: Sql,
  all: readonly IncomingChange[],
  source: IncomingSource,
): Promise<void> {
  const changes = newestOf('account.changed', all, ({ userId }) => userId);
  if (changes.length === 0) return;
  const rows = changes.map(({ payload, version }) => ({
    id: payload.userId,
    is_private: payload.isPrivate,
    is_suspended: payload.isSuspended,
    version,
  }));
  await sql.query(
    `INSERT INTO account AS a (id, is_private, is_suspended, version)
     SELECT id, is_private, is_suspended, version
     FROM jsonb_to_recordset($1::jsonb) AS e(id bigint, is_private boolean, is_suspended boolean, version bigint)
     ON CONFLICT (id) DO UPDATE SET is_private = excluded.is_private, is_suspended = excluded.is_suspended,
       version = excluded.version
     ${onlyIfNewer(source, 'a')}`,
    [JSON.stringify(rows)],
  );
}

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
  const { rows } = await sql.query<{ id: string; follower_count: number; big_seq: string | null }>(
    `INSERT INTO account AS a (id, follower_count)
     SELECT id, difference FROM unnest($1::bigint[], $2::integer[]) AS e(id, difference)
     ON CONFLICT (id) DO UPDATE SET follower_count = a.follower_count + excluded.follower_count
     RETURNING id, follower_count, big_seq`,
    [[...followers.keys()], [...followers.values()]],
  );
  return rows
    .filter((row) => row.follower_count > bigFollowers && row.big_seq === null)
    .map((row) => ({
      kind: 'big',
      authorId: BigInt(row.id),
      position: Number.MAX_SAFE_INTEGER,
      traceContext: null,
    }));
}

/** Marks the authors of the `big` entries just written; the mark is sticky. */
export async function markBig(sql: Sql, entries: readonly LogEntry[], head: bigint): Promise<void> {
  if (entries.length === 0) return;
  await sql.query(
    'UPDATE account SET big_seq = $2, big_at = clock_timestamp() WHERE id = ANY($1::bigint[]) AND big_seq IS NULL',
    [entries.map(({ authorId }) => authorId.toString()), head.toString()],
  );
}

function add(counts: Map<string, number>, id: bigint, difference: number): void {
  counts.set(id.toString(), (counts.get(id.toString()) ?? 0) + difference);
}
