import type { Sql } from '../database/pool.ts';
import type { LogHead } from '../live/log-event.ts';
import { candidatesSql, followedSql } from './candidates.ts';
import type { Range } from './range.ts';

/** What a read must know before it believes a cached list. */
export interface ReaderState {
  /** Lists that carry another one are worthless. Names the projection's incarnation too. */
  epoch: string;
  followeeCount: number;
  /** The log's head. */
  head: LogHead;
  /** Everything up to here has been pushed to the lists. */
  pushedTo: LogHead;
  /** Entries of the range that are never in a list: the reader's own and those of big authors. */
  pulled: bigint[];
}

const pulledAuthors = 'SELECT id FROM followed WHERE is_big UNION ALL SELECT $1::bigint';

function statement(order: Range['order']): { name: string; text: string } {
  return {
    name: `home-state-${order}`,
    text: `WITH ${followedSql}
      SELECT h.seq AS head, left(h.incarnation::text, 8) AS incarnation, coalesce(r.epoch, 0) AS epoch,
        coalesce(r.followee_count, 0) AS followee_count,
        least(c.seq, (SELECT min(k.seq) - 1 FROM fanout_chunk k)) AS pushed_to,
        ARRAY(${candidatesSql(order, pulledAuthors)}) AS pulled
      FROM timeline_head h CROSS JOIN fanout_cursor c LEFT JOIN reader r ON r.id = $1`,
  };
}

const statements = { newest: statement('newest'), oldest: statement('oldest') };

/**
 * Reads it in one statement, on the primary. It must end before the cached list is read: what was pushed by
 * then is in the list, so `pushedTo` never promises more than the page shows.
 */
export async function readReaderState(
  sql: Sql,
  readerId: bigint,
  range: Range,
  count: number,
): Promise<ReaderState> {
  const { rows } = await sql.query<{
    head: bigint;
    incarnation: string;
    epoch: bigint;
    followee_count: number;
    pushed_to: bigint;
    pulled: bigint[];
  }>({ ...statements[range.order], values: [readerId, range.low, range.high, count] });
  const [row] = rows;
  if (!row) throw new Error('the timeline database has no head row: run its migrations');
  const { incarnation } = row;
  return {
    epoch: `${incarnation}:${row.epoch}`,
    followeeCount: row.followee_count,
    head: { seq: row.head, incarnation },
    pushedTo: { seq: row.pushed_to, incarnation },
    pulled: row.pulled,
  };
}
