import type { Sql } from '../database/pool.ts';
import { type IncomingChange, type IncomingSource, newestOf, onlyIfNewer, rangeOf } from './changes.ts';
import type { LogEntry } from './log.ts';

const writeSql = (source: IncomingSource) => `
WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(id bigint, author_id bigint, reply_to_author_id bigint,
    visibility text, mentioned_ids bigint[], is_deleted boolean, version bigint, position integer)
), before AS (
  SELECT p.id, p.is_deleted FROM incoming i JOIN post_ref p ON p.id = i.id
), written AS (
  INSERT INTO post_ref AS p
    (id, author_id, reply_to_author_id, visibility, mentioned_ids, is_deleted, version)
  SELECT id, author_id, reply_to_author_id, visibility, mentioned_ids, is_deleted, version FROM incoming
  ON CONFLICT (id) DO UPDATE SET reply_to_author_id = excluded.reply_to_author_id,
    visibility = excluded.visibility, mentioned_ids = excluded.mentioned_ids,
    is_deleted = excluded.is_deleted, version = excluded.version
  ${onlyIfNewer(source, 'p')}
  RETURNING p.id, p.author_id, p.is_deleted
)
SELECT w.id, w.author_id, w.is_deleted, i.position
FROM written w JOIN incoming i USING (id) LEFT JOIN before b USING (id)
WHERE w.is_deleted <> coalesce(b.is_deleted, true)`;

interface ChangedPost {
  id: string;
  author_id: string;
  is_deleted: boolean;
  position: number;
}

interface WaitingRepost {
  id: string;
  author_id: string;
  original_id: string;
}

/** Writes posts; returns those that came to life or were deleted, and the reposts that waited for one. */
export async function applyPosts(
  sql: Sql,
  all: readonly IncomingChange[],
  source: IncomingSource,
): Promise<LogEntry[]> {
  const changes = newestOf('post.changed', all, ({ postId }) => postId);
  const removed = await removeMissing(
    sql,
    source,
    changes.map(({ payload }) => payload.postId),
  );
  if (changes.length === 0) return removed;
  const traces = new Map(changes.map(({ position, traceContext }) => [position, traceContext]));
  const incoming = changes.map(({ payload, version, position }) => ({
    id: payload.postId,
    author_id: payload.authorId,
    reply_to_author_id: payload.replyToAuthorId,
    visibility: payload.visibility,
    mentioned_ids: payload.mentionedIds,
    is_deleted: payload.isDeleted,
    version,
    position,
  }));
  const { rows } = await sql.query<ChangedPost>(writeSql(source), [JSON.stringify(incoming)]);
  const entries = rows.map(
    (row): LogEntry => ({
      kind: row.is_deleted ? 'post_removed' : 'post',
      authorId: BigInt(row.author_id),
      entryId: BigInt(row.id),
      postId: BigInt(row.id),
      position: row.position,
      traceContext: traces.get(row.position) ?? null,
    }),
  );
  return [...removed, ...entries, ...(await waitingReposts(sql, entries))];
}

/** A snapshot's page that does not name a post of its range says that there is none. */
async function removeMissing(
  sql: Sql,
  source: IncomingSource,
  present: readonly string[],
): Promise<LogEntry[]> {
  if (source.kind !== 'snapshot' || source.aggregate !== 'post') return [];
  const range = rangeOf(source, ['id']);
  const { rows } = await sql.query<{ id: string; author_id: string }>(
    `DELETE FROM post_ref WHERE ${range.condition} AND id <> ALL($1::bigint[]) RETURNING id, author_id`,
    [present, ...range.values],
  );
  return rows.map(({ id, author_id: author }) => ({
    kind: 'post_removed',
    authorId: BigInt(author),
    entryId: BigInt(id),
    postId: BigInt(id),
    position: 0,
    traceContext: null,
  }));
}

/** A feed may bring a repost before its original: only now can it be shown, so only now is it told. */
async function waitingReposts(sql: Sql, posts: readonly LogEntry[]): Promise<LogEntry[]> {
  const born = new Map(posts.flatMap((post) => (post.kind === 'post' ? [[String(post.entryId), post]] : [])));
  if (born.size === 0) return [];
  const { rows } = await sql.query<WaitingRepost>(
    'SELECT id, author_id, original_id FROM repost_ref WHERE original_id = ANY($1::bigint[]) AND active',
    [[...born.keys()]],
  );
  return rows.map((row) => {
    const post = born.get(String(row.original_id));
    return {
      kind: 'repost',
      authorId: BigInt(row.author_id),
      entryId: BigInt(row.id),
      postId: BigInt(row.original_id),
      position: (post?.position ?? 0) + 0.5,
      traceContext: post?.traceContext ?? null,
    };
  });
}
