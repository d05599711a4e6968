import type { Reads } from '../database/pool.ts';
import type { LogHead } from '../live/log-event.ts';
import { candidatesSql, isFollowedSql } from './candidates.ts';
import type { Range } from './range.ts';

/** What a read must know to believe a cached list, and what the list lacks. */
export interface ReaderState {
  /** Lists that carry another one are worthless. Names the projection's incarnation too. */
  epoch: string;
  followeeCount: number;
  /** The log's head. */
  head: LogHead;
  /** Everything up to here has been pushed to the lists. */
  pushedTo: LogHead;
  /** Entries of big authors in the range: they are never in a list. */
  ofBig: bigint[];
  /** Entries of the first {@link tailEvents} events behind `since`: a list may not have them yet. */
  tail: bigint[];
}

/** How far behind the last known push a read looks at the log; further on the list alone must do. */
export const tailEvents = 256;

const bigSql = `big AS MATERIALIZED (
  SELECT f.followee_id AS id FROM follow f
  WHERE f.follower_id = $1 AND f.active
    AND EXISTS (SELECT FROM account a WHERE a.id = f.followee_id AND a.big_seq IS NOT NULL))`;

function statement(order: Range['order']): { name: string; text: string } {
  return {
    name: `home-state-${order}`,
    text: `WITH ${bigSql}
      SELECT h.seq AS head, left(h.incarnation::text, 8) AS incarnation, coalesce(r.epoch, 0) AS epoch,
        coalesce(r.followee_count, 0) AS followee_count,
        least(c.seq, (SELECT min(k.seq) - 1 FROM fanout_chunk k)) AS pushed_to,
        ARRAY(${candidatesSql(order, 'SELECT id FROM big', isFollowedSql)}) AS of_big,
        ARRAY(SELECT e.entry_id FROM timeline_event e
          WHERE e.seq > $5 AND e.seq <= $5 + ${tailEvents} AND e.kind IN ('post', 'repost')
            AND e.entry_id > $2 AND e.entry_id < $3
            AND (e.author_id = $1 OR ${isFollowedSql('e.author_id')})) AS tail
      FROM timeline_head h CROSS JOIN fanout_cursor c LEFT JOIN reader r ON r.id = $1`,
  };
}

const statements = { newest: statement('newest'), oldest: statement('oldest') };

/** Reads it in one statement, hence of one snapshot, on the primary. */
export async function readReaderState(
  sql: Reads,
  readerId: bigint,
  options: { range: Range; count: number; since: bigint },
): Promise<ReaderState> {
  const { count, range, since } = options;
  const { rows } = await sql.query<{
    head: bigint;
    incarnation: string;
    epoch: bigint;
    followee_count: number;
    pushed_to: bigint;
    of_big: bigint[];
    tail: bigint[];
  }>({ ...statements[range.order], values: [readerId, range.low, range.high, count, since] });
  const [row] = rows;
  if (!row) throw new Error('the timeline database has no head row: run its migrations');
  const { incarnation } = row;
  return {
    epoch: `${incarnation}:${row.epoch}`,
    followeeCount: row.followee_count,
    head: { seq: row.head, incarnation },
    pushedTo: { seq: row.pushed_to, incarnation },
    ofBig: row.of_big,
    tail: row.tail,
  };
}

/** The part of it that names the lists worth believing. */
export async function readEpoch(sql: Reads, readerId: bigint): Promise<string> {
  const { rows } = await sql.query<{ epoch: string }>({
    name: 'home-epoch',
    text: `SELECT left(h.incarnation::text, 8) || ':' || coalesce(r.epoch, 0) AS epoch
      FROM timeline_head h LEFT JOIN reader r ON r.id = $1`,
    values: [readerId],
  });
  return rows[0]?.epoch ?? '';
}
