import type { ChangeSource } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import type { LogEntry } from '../log/append.ts';
import { type IncomingChange, rowsOf } from './changes.ts';
import { type VersionedTable, writeRows, type Written } from './versioned-table.ts';

export const reposts: VersionedTable = {
  name: 'repost_ref',
  key: ['author_id', 'original_id'],
  columns: { id: 'bigint', original_author_id: 'bigint', active: 'boolean' },
};

type RepostRow = { id: bigint; author_id: bigint; original_id: bigint; active: boolean };

/** Writes reposts; returns those of known, living originals that began or ended. */
export async function applyReposts(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  head: bigint,
): Promise<LogEntry[]> {
  const { incoming, traceOf } = rowsOf('repost.changed', changes, (repost) => ({
    key: `${repost.authorId}:${repost.originalId}`,
    row: {
      author_id: repost.authorId,
      original_id: repost.originalId,
      id: repost.repostId,
      original_author_id: repost.originalAuthorId,
      active: repost.active,
    },
  }));
  const written = await writeRows<RepostRow>(sql, reposts, incoming, source, head);
  const living = await livingOf(
    sql,
    written.map(({ after }) => after.original_id),
  );
  return written
    .filter(({ after }) => living.has(BigInt(after.original_id)))
    .flatMap((each) => entriesOf(each, traceOf(each.position)));
}

/** A repost that was taken back and made again is another one, with another id. */
function entriesOf({ after, before, position }: Written<RepostRow>, traceContext: string | null): LogEntry[] {
  const of = { authorId: BigInt(after.author_id), postId: BigInt(after.original_id), traceContext };
  const isSame = before?.active && after.active && BigInt(before.id) === BigInt(after.id);
  const entries: LogEntry[] = [];
  if (before?.active && !isSame) {
    entries.push({ ...of, kind: 'repost_removed', entryId: BigInt(before.id), position });
  }
  if (after.active && !isSame) {
    entries.push({ ...of, kind: 'repost', entryId: BigInt(after.id), position: position + 0.5 });
  }
  return entries;
}

async function livingOf(sql: Sql, postIds: readonly bigint[]): Promise<Set<bigint>> {
  if (postIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM post_ref WHERE id = ANY($1::bigint[]) AND NOT is_deleted',
    [postIds.map(String)],
  );
  return new Set(rows.map(({ id }) => BigInt(id)));
}
