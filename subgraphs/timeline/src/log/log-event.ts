import type { Sql } from '../database/pool.ts';
import type { PostAudience } from '@murmuration/relationships';
import type { LogKind } from './append.ts';

/** An event of the log as live streams take it, with the post that it is about. */
export interface LogEvent {
  seq: bigint;
  kind: LogKind;
  authorId: bigint;
  entryId: bigint | null;
  /** The other person, of a relation. */
  subjectId: bigint | null;
  post: LoggedPost | null;
}

export interface LoggedPost {
  id: bigint;
  authorId: bigint;
  replyToAuthorId: bigint | null;
  visibility: PostAudience['visibility'];
  mentionedIds: bigint[];
  isDeleted: boolean;
}

export interface LogRow {
  seq: bigint;
  kind: LogKind;
  author_id: bigint;
  entry_id: bigint | null;
  subject_id: bigint | null;
  post_id: bigint | null;
  post_author_id: bigint | null;
  reply_to_author_id: bigint | null;
  visibility: PostAudience['visibility'];
  mentioned_ids: bigint[];
  is_deleted: boolean;
}

/** Of `timeline_event e` joined with `post_ref p`. */
export const logColumns = `e.seq, e.kind, e.author_id, e.entry_id, e.subject_id, e.post_id,
  p.author_id AS post_author_id, p.reply_to_author_id, p.visibility, p.mentioned_ids, p.is_deleted`;

/** Events after a place, in order. */
export async function readLog(sql: Sql, after: bigint, limit: number): Promise<LogEvent[]> {
  const { rows } = await sql.query<LogRow>({
    name: 'log-after',
    text: `SELECT ${logColumns} FROM timeline_event e LEFT JOIN post_ref p ON p.id = e.post_id
      WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`,
    values: [after, limit],
  });
  return rows.map(logEventOf);
}

export function logEventOf(row: LogRow): LogEvent {
  const hasPost = row.post_id !== null && row.post_author_id !== null;
  return {
    seq: row.seq,
    kind: row.kind,
    authorId: row.author_id,
    entryId: row.entry_id,
    subjectId: row.subject_id,
    post: hasPost
      ? {
          id: row.post_id ?? 0n,
          authorId: row.post_author_id ?? 0n,
          replyToAuthorId: row.reply_to_author_id,
          visibility: row.visibility,
          mentionedIds: row.mentioned_ids,
          isDeleted: row.is_deleted,
        }
      : null,
  };
}
