import type { Sql } from '../database/pool.ts';

export type LogKind =
  | 'post'
  | 'post_removed'
  | 'repost'
  | 'repost_removed'
  | 'follow'
  | 'unfollow'
  | 'block'
  | 'unblock'
  | 'mute'
  | 'unmute'
  | 'big'
  /** Accounts that began to be so. */
  | 'private'
  | 'suspended'
  /** Who came into a list, or left it; `entryId` is the list. */
  | 'list_joined'
  | 'list_left'
  /** A list, `entryId`, that its owner alone may see from now on, or nobody. */
  | 'list_closed';

/** What ingest writes to the log; `position` orders the entries of one batch. */
export interface LogEntry {
  kind: LogKind;
  authorId: bigint;
  entryId?: bigint;
  postId?: bigint;
  subjectId?: bigint;
  position: number;
  traceContext: string | null;
}

const partitionSize = 1_000_000n;

/** Appends entries behind the locked head, in the order of their positions, and moves the head. */
export async function appendToLog(sql: Sql, head: bigint, entries: readonly LogEntry[]): Promise<bigint> {
  if (entries.length === 0) return head;
  const next = head + BigInt(entries.length);
  if (head / partitionSize !== next / partitionSize) {
    await sql.query('SELECT ensure_seq_partitions($1)', [next.toString()]);
  }
  const rows = [...entries]
    .sort((a, b) => a.position - b.position)
    .map((entry, index) => ({
      seq: (head + BigInt(index) + 1n).toString(),
      kind: entry.kind,
      author_id: entry.authorId.toString(),
      entry_id: entry.entryId?.toString(),
      post_id: entry.postId?.toString(),
      subject_id: entry.subjectId?.toString(),
      trace_context: entry.traceContext,
    }));
  await sql.query({
    name: 'log-append',
    text: `WITH moved AS (UPDATE timeline_head SET seq = $2)
     INSERT INTO timeline_event (seq, kind, author_id, entry_id, post_id, subject_id, trace_context)
     SELECT seq, kind, author_id, entry_id, post_id, subject_id, trace_context
     FROM jsonb_to_recordset($1::jsonb) AS e(seq bigint, kind text, author_id bigint, entry_id bigint,
       post_id bigint, subject_id bigint, trace_context text)`,
    values: [JSON.stringify(rows), next.toString()],
  });
  return next;
}
