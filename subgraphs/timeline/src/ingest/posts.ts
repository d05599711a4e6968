import type { ChangeSource } from '@murmuration/events';
import { allSaidIn } from '@murmuration/relationships';
import type { Sql } from '../database/pool.ts';
import type { LogEntry } from '../log/append.ts';
import { wordsOf } from '../words/words.ts';
import { type IncomingChange, rowsOf } from './changes.ts';
import { type VersionedTable, writeRows } from './versioned-table.ts';

export const posts: VersionedTable = {
  name: 'post_ref',
  key: ['id'],
  columns: {
    author_id: 'bigint',
    reply_to_author_id: 'bigint',
    root_id: 'bigint',
    visibility: 'text',
    mentioned_ids: 'bigint[]',
    words: 'text[]',
    is_deleted: 'boolean',
  },
};

type PostRow = { id: bigint; author_id: bigint; is_deleted: boolean };

/** Writes posts; returns those that came to life or were deleted, and the reposts that waited for one. */
export async function applyPosts(
  sql: Sql,
  changes: readonly IncomingChange[],
  source: ChangeSource,
  head: bigint,
): Promise<LogEntry[]> {
  const { incoming, traceOf } = rowsOf('post.changed', changes, (post) => ({
    key: post.postId,
    row: {
      id: post.postId,
      author_id: post.authorId,
      reply_to_author_id: post.replyToAuthorId,
      root_id: post.rootId,
      visibility: post.visibility,
      mentioned_ids: post.mentionedIds,
      words: wordsOf(allSaidIn(post)),
      is_deleted: post.isDeleted,
    },
  }));
  const written = await writeRows<PostRow>(sql, posts, incoming, source, head);
  const entries = written
    .filter(({ after, before }) => after.is_deleted !== (before?.is_deleted ?? true))
    .map(
      ({ after, position }): LogEntry => ({
        kind: after.is_deleted ? 'post_removed' : 'post',
        authorId: BigInt(after.author_id),
        entryId: BigInt(after.id),
        postId: BigInt(after.id),
        position,
        traceContext: traceOf(position),
      }),
    );
  return [...entries, ...(await waitingReposts(sql, entries))];
}

interface WaitingRepost {
  id: string;
  author_id: string;
  original_id: string;
}

/** A feed may bring a repost before its original: only now can it be shown, so only now is it told. */
async function waitingReposts(sql: Sql, entries: readonly LogEntry[]): Promise<LogEntry[]> {
  const born = new Map(
    entries.flatMap((post) => (post.kind === 'post' ? [[String(post.entryId), post]] : [])),
  );
  if (born.size === 0) return [];
  const { rows } = await sql.query<WaitingRepost>({
    name: 'ingest-waiting-reposts',
    text: `SELECT r.* FROM unnest($1::bigint[]) AS born (id) CROSS JOIN LATERAL (
      SELECT id, author_id, original_id FROM repost_ref WHERE original_id = born.id AND active OFFSET 0) r`,
    values: [[...born.keys()]],
  });
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
