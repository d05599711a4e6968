import { candidatesSql, isHiddenSql, ofFew } from '../belonging/candidates.ts';
import { isMemberSql } from '../belonging/members.ts';
import type { Range } from '../belonging/range.ts';
import type { Reads } from '../database/pool.ts';
import { incarnationSql, type LogHead, noHead } from '../log/head.ts';
import { type PushedTo, pushedToSql } from './pushed-to.ts';

/** What a read must know to believe a cached list, and what the list lacks. */
export interface ReaderState {
  /** Lists that carry another one are worthless. Names the projection's incarnation too. */
  epoch: string;
  followeeCount: number;
  /** The log's head. */
  head: LogHead;
  pushedTo: PushedTo;
  /** Something has waited to be pushed for longer than a list may be believed. */
  isLate: boolean;
  /** A backfill goes on. */
  isRebuilding: boolean;
  /** Entries of big authors in the range: they are never in a list. */
  ofBig: bigint[];
  /** Entries of the events behind `since`: a list may not have them yet. */
  tail: bigint[];
}

const bigSql = `big AS MATERIALIZED (
  SELECT f.followee_id AS id FROM follow f
  WHERE f.follower_id = $1 AND f.active
    AND EXISTS (SELECT FROM account a WHERE a.id = f.followee_id AND a.big_seq IS NOT NULL))`;

const ofBig = ofFew('SELECT id FROM big');

function statement(order: Range['order']): { name: string; text: string } {
  return {
    name: `home-state-${order}`,
    text: `WITH ${bigSql}
      SELECT h.seq AS head, h.is_rebuilding, ${incarnationSql} AS incarnation, coalesce(r.epoch, 0) AS epoch,
        coalesce(r.followee_count, 0) AS followee_count,
        p.seq AS pushed_to, p.namespace, p.namespace_seq,
        coalesce((SELECT w.created_at < clock_timestamp() - $7 * interval '1 millisecond'
          FROM timeline_event w WHERE w.seq = p.seq + 1), false) AS is_late,
        ARRAY(${candidatesSql(order, ofBig)}) AS of_big,
        ARRAY(SELECT e.entry_id FROM timeline_event e
          WHERE e.seq > $5 AND e.seq <= $5 + $6 AND e.kind IN ('post', 'repost')
            AND e.entry_id > $2 AND e.entry_id < $3
            AND (e.author_id = $1 OR (${isMemberSql('home', 'e.author_id')} AND NOT ${isHiddenSql('e.author_id')}))) AS tail
      FROM timeline_head h CROSS JOIN (${pushedToSql}) p LEFT JOIN reader r ON r.id = $1`,
  };
}

const statements = { newest: statement('newest'), oldest: statement('oldest') };

interface Row {
  head: bigint;
  incarnation: string;
  epoch: bigint;
  followee_count: number;
  pushed_to: bigint;
  namespace: string;
  namespace_seq: bigint;
  is_late: boolean;
  is_rebuilding: boolean;
  of_big: bigint[];
  tail: bigint[];
}

/**
 * Reads it in one statement, hence of one snapshot, on the primary.
 * @param options.since events after this place are the tail, `tailEvents` of them at most
 */
export async function readReaderState(
  sql: Reads,
  readerId: bigint,
  options: { range: Range; count: number; since: bigint; tailEvents: number; fanoutMaxAgeMs: number },
): Promise<ReaderState> {
  const { count, range, since, tailEvents, fanoutMaxAgeMs } = options;
  const { rows } = await sql.query<Row>({
    ...statements[range.order],
    values: [readerId, range.low, range.high, count, since, tailEvents, fanoutMaxAgeMs],
  });
  const [row] = rows;
  if (!row) throw noHead();
  const { incarnation, namespace, namespace_seq: namespaceSeq } = row;
  return {
    epoch: `${incarnation}:${row.epoch}`,
    followeeCount: row.followee_count,
    head: { seq: row.head, incarnation },
    pushedTo: { seq: row.pushed_to, incarnation, namespace, namespaceSeq },
    isLate: row.is_late,
    isRebuilding: row.is_rebuilding,
    ofBig: row.of_big,
    tail: row.tail,
  };
}

/** The part of it that names the lists worth believing. */
export async function readEpoch(sql: Reads, readerId: bigint): Promise<string> {
  const { rows } = await sql.query<{ epoch: string }>({
    name: 'home-epoch',
    text: `SELECT ${incarnationSql} || ':' || coalesce(r.epoch, 0) AS epoch
      FROM timeline_head h LEFT JOIN reader r ON r.id = $1`,
    values: [readerId],
  });
  return rows[0]?.epoch ?? '';
}
