import type { Sql } from '../database/pool.ts';
import { type IncomingChange, type IncomingSource, newestOf, onlyIfNewer, rangeOf } from './changes.ts';
import type { LogEntry } from './log.ts';

const writeSql = (source: IncomingSource) => `
WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(id bigint, author_id bigint, original_id bigint,
    original_author_id bigint, active boolean, version bigint, position integer)
), before AS (
  SELECT r.author_id, r.original_id, r.id, r.active
  FROM incoming i JOIN repost_ref r USING (author_id, original_id)
), written AS (
  INSERT INTO repost_ref AS r (id, author_id, original_id, original_author_id, active, version)
  SELECT id, author_id, original_id, original_author_id, active, version FROM incoming
  ON CONFLICT (author_id, original_id) DO UPDATE SET id = excluded.id, active = excluded.active,
    original_author_id = excluded.original_author_id, version = excluded.version
  ${onlyIfNewer(source, 'r')}
  RETURNING r.id, r.author_id, r.original_id, r.active
)
SELECT w.id, w.author_id, w.original_id, w.active, i.position,
  CASE WHEN b.active AND (NOT w.active OR b.id <> w.id) THEN b.id END AS removed_id,
  w.active AND (b.active IS NOT TRUE OR b.id <> w.id) AS is_new
FROM written w JOIN incoming i USING (author_id, original_id)
LEFT JOIN before b USING (author_id, original_id)
JOIN post_ref p ON p.id = w.original_id AND NOT p.is_deleted`;

interface ChangedRepost {
  id: string;
  author_id: string;
  original_id: string;
  position: number;
  removed_id: string | null;
  is_new: boolean;
}

/** Writes reposts; returns those of known, living originals that began or ended. */
export async function applyReposts(
  sql: Sql,
  all: readonly IncomingChange[],
  source: IncomingSource,
): Promise<LogEntry[]> {
  const changes = newestOf('repost.changed', all, (repost) => `${repost.authorId}:${repost.originalId}`);
  const removed = await removeMissing(
    sql,
    source,
    changes.map(({ payload }) => ({ author_id: payload.authorId, original_id: payload.originalId })),
  );
  if (changes.length === 0) return removed;
  const incoming = changes.map(({ payload, version, position }) => ({
    id: payload.repostId,
    author_id: payload.authorId,
    original_id: payload.originalId,
    original_author_id: payload.originalAuthorId,
    active: payload.active,
    version,
    position,
  }));
  const { rows } = await sql.query<ChangedRepost>(writeSql(source), [JSON.stringify(incoming)]);
  const traces = new Map(changes.map(({ position, traceContext }) => [position, traceContext]));
  const written = rows.flatMap((row) => {
    const of = {
      authorId: BigInt(row.author_id),
      postId: BigInt(row.original_id),
      traceContext: traces.get(row.position) ?? null,
    };
    const { position } = row;
    const entries: LogEntry[] = [];
    if (row.removed_id !== null)
      entries.push({ ...of, kind: 'repost_removed', entryId: BigInt(row.removed_id), position });
    if (row.is_new)
      entries.push({ ...of, kind: 'repost', entryId: BigInt(row.id), position: position + 0.5 });
    return entries;
  });
  return [...removed, ...written];
}

/** A snapshot's page that does not name a repost of its range says that there is none. */
async function removeMissing(
  sql: Sql,
  source: IncomingSource,
  present: readonly { author_id: string; original_id: string }[],
): Promise<LogEntry[]> {
  if (source.kind !== 'snapshot' || source.aggregate !== 'repost') return [];
  const range = rangeOf(source, ['author_id', 'original_id']);
  const { rows } = await sql.query<{ id: string; author_id: string; original_id: string }>(
    `DELETE FROM repost_ref WHERE ${range.condition} AND (author_id, original_id) NOT IN (
       SELECT author_id, original_id FROM jsonb_to_recordset($1::jsonb) AS e(author_id bigint, original_id bigint))
     RETURNING id, author_id, original_id`,
    [JSON.stringify(present), ...range.values],
  );
  return rows.map((row) => ({
    kind: 'repost_removed',
    authorId: BigInt(row.author_id),
    entryId: BigInt(row.id),
    postId: BigInt(row.original_id),
    position: 0,
    traceContext: null,
  }));
}
