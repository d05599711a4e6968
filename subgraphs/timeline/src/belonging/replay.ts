import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import { type LogEvent, type LogRow, logColumns, logEventOf } from '../log/log-event.ts';
import { valuesOf } from './candidates.ts';
import { isMemberSql, memberCountOf, membersSql } from './members.ts';
import { byReader, ofMany, valuesOfMany } from './of-many.ts';
import { repostersSql } from './repost-viewers.ts';
import { listOf, type Source, type SourceKind } from './source.ts';

/** Everybody whose events a timeline tells, and since which one; a home tells its reader's, too. */
const mineSql = (kind: SourceKind) => {
  const own = kind === 'home' ? 'UNION ALL SELECT $1::bigint, 0' : '';
  return `mine AS MATERIALIZED (${membersSql(kind)} ${own})`;
};

const isTold = `e.kind IN ('post', 'post_removed', 'repost', 'repost_removed')`;

const byAuthor = `SELECT t.* FROM mine a CROSS JOIN LATERAL (
  SELECT e.* FROM timeline_event e
  WHERE e.author_id = a.id AND e.seq > greatest($2, a.since_seq) AND e.seq <= $3 AND ${isTold}
  ORDER BY e.seq LIMIT $4) t`;

const byScan = `SELECT e.* FROM timeline_event e JOIN mine a ON a.id = e.author_id
  WHERE e.seq > greatest($2, a.since_seq) AND e.seq <= $3 AND ${isTold}`;

/** Posts of others that left because they were deleted, after somebody of mine had reposted them. */
const repostedAndGone = `SELECT e.* FROM timeline_event e
  WHERE e.kind = 'post_removed' AND e.seq > $2 AND e.seq <= $3 AND e.author_id NOT IN (SELECT id FROM mine)
    AND EXISTS (SELECT FROM repost_ref r JOIN mine a ON a.id = r.author_id
      WHERE r.original_id = e.post_id AND r.active)`;

/** Whether somebody of mine brought in what the event's author wrote. */
const isReposted = `EXISTS (SELECT FROM (${repostersSql('e.author_id', String(timelineLimits.repostsOfHidden))}) r
  JOIN mine m ON m.id = r.author_id)`;

const isFollowed = (person: string) => isMemberSql('home', person);
const isPrivate = (person: string) =>
  `EXISTS (SELECT FROM account a WHERE a.id = ${person} AND a.is_private)`;

/** Whom an unfollow hides: in a list, whom only followers see. */
const isUnfollowed = {
  home: 'e.subject_id NOT IN (SELECT id FROM mine)',
  list: `NOT ${isFollowed('e.subject_id')} AND ${isPrivate('e.subject_id')}`,
};

/** Whom the end of being seen by strangers hides: those who follow go on seeing them, and in a home that are the members. */
const isHiddenAccount = {
  home: `CASE WHEN e.author_id IN (SELECT id FROM mine) THEN e.kind = 'suspended' ELSE ${isReposted} END`,
  list: `(e.kind = 'suspended' OR NOT ${isFollowed('e.author_id')})
    AND (e.author_id IN (SELECT id FROM mine) OR ${isReposted})`,
};

/** Who left the list, and has not come back. */
const leftList = `UNION ALL SELECT e.* FROM timeline_event e
  WHERE e.kind = 'list_left' AND e.entry_id = $5 AND e.seq > $2 AND e.seq <= $3
    AND e.author_id NOT IN (SELECT id FROM mine)`;

/** What hides somebody from the viewer, and still does. Of strangers who blocked the viewer nothing was to be seen: nothing is told. */
const hiddenSql = (kind: SourceKind) => `SELECT e.* FROM timeline_event e
  WHERE e.author_id = $1 AND e.seq > $2 AND e.seq <= $3 AND CASE e.kind
    WHEN 'unfollow' THEN ${isUnfollowed[kind]}
    WHEN 'block' THEN EXISTS (SELECT FROM block b WHERE b.blocker_id = $1 AND b.blocked_id = e.subject_id AND b.active)
    WHEN 'mute' THEN EXISTS (SELECT FROM mute m WHERE m.muter_id = $1 AND m.muted_id = e.subject_id AND m.active)
    ELSE false END
  UNION ALL
  SELECT e.* FROM timeline_event e JOIN block b ON b.blocker_id = e.author_id AND b.blocked_id = $1 AND b.active
  WHERE e.kind = 'block' AND e.subject_id = $1 AND e.seq > $2 AND e.seq <= $3 AND ${isReposted}
  UNION ALL
  SELECT e.* FROM timeline_event e JOIN account a ON a.id = e.author_id
  WHERE e.kind IN ('private', 'suspended') AND e.seq > $2 AND e.seq <= $3 AND e.author_id <> $1
    AND CASE e.kind WHEN 'private' THEN a.is_private ELSE a.is_suspended END
    AND ${isHiddenAccount[kind]} ${kind === 'list' ? leftList : ''}`;

function statementsOf(kind: SourceKind) {
  const besides = `${repostedAndGone} UNION ALL ${hiddenSql(kind)}`;
  const telling = (select: string) => `WITH ${mineSql(kind)}
    SELECT ${logColumns} FROM (${select} UNION ALL ${besides} ORDER BY seq LIMIT $4) e
    LEFT JOIN post_ref p ON p.id = e.post_id ORDER BY e.seq`;
  const counting = (select: string) => `WITH ${mineSql(kind)}
    SELECT count(*)::integer AS count FROM (SELECT FROM (${select} UNION ALL ${besides}) e LIMIT $4) counted`;
  return {
    byAuthor: {
      events: { name: `${kind}-replay-by-author`, text: telling(byAuthor) },
      count: { name: `${kind}-replay-count-by-author`, text: counting(byAuthor) },
    },
    byScan: {
      events: { name: `${kind}-replay-by-scan`, text: telling(byScan) },
      count: { name: `${kind}-replay-count-by-scan`, text: counting(byScan) },
    },
  };
}

const statements = { home: statementsOf('home'), list: statementsOf('list') };
const ofManyReaders = {
  byAuthor: ofMany(statements.list.byAuthor.events),
  byScan: ofMany(statements.list.byScan.events),
};

export interface ReplayRange {
  /** Exclusive. */
  after: bigint;
  /** Inclusive. */
  through: bigint;
}

/** Events of a stretch of the log that may concern a timeline, by who its members are now; at most `limit`. */
export async function selectReplay(
  sql: Sql,
  source: Source,
  { after, through }: ReplayRange,
  limit: number,
): Promise<LogEvent[]> {
  const { rows } = await sql.query<LogRow>({
    ...statements[source.kind][await roadOf(sql, source)].events,
    values: valuesOf(source, after, through, limit),
  });
  return rows.map(logEventOf);
}

/** The same of a list for several readers, by reader. */
export async function selectReplayOfMany(
  sql: Sql,
  listId: bigint,
  readerIds: readonly bigint[],
  { after, through }: ReplayRange,
  limit: number,
): Promise<Map<bigint, LogEvent[]>> {
  const road = await roadOf(sql, listOf(listId, null));
  const { rows } = await sql.query<LogRow & { reader_id: bigint }>({
    ...ofManyReaders[road],
    values: valuesOfMany(readerIds, listId, after, through, limit),
  });
  const found = [...byReader(readerIds, rows)];
  return new Map(found.map(([readerId, mine]) => [readerId, mine.map(logEventOf).sort(bySeq)]));
}

function bySeq(one: LogEvent, other: LogEvent): number {
  return one.seq < other.seq ? -1 : 1;
}

/** Whether more than `most` events of a stretch of the log may concern a timeline. */
export async function isReplayOver(
  sql: Sql,
  source: Source,
  { after, through }: ReplayRange,
  most: number,
): Promise<boolean> {
  // The stretch is all of the world's events: a short one needs no counting.
  if (through - after <= BigInt(most)) return false;
  const { rows } = await sql.query<{ count: number }>({
    ...statements[source.kind][await roadOf(sql, source)].count,
    values: valuesOf(source, after, through, most + 1),
  });
  return (rows[0]?.count ?? 0) > most;
}

async function roadOf(sql: Sql, source: Source): Promise<'byScan' | 'byAuthor'> {
  return (await memberCountOf(sql, source)) > timelineLimits.replayLookUps ? 'byScan' : 'byAuthor';
}
