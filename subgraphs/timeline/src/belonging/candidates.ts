import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { isMemberSql, members, membersSql } from './members.ts';
import { type Range, stretchOf } from './range.ts';
import { readerOf, type Source, type SourceKind } from './source.ts';

interface Of {
  /** The people whose entries are wanted, as a select of `id`. */
  authors: string;
  /** Says of a person whether they are a member: whom the reader of a home, `$1`, follows. */
  isMember: (person: string) => string;
  /** Says of a person whether what they say belongs whatever it is. */
  isOwn: (person: string) => string;
  /** Says of a person whether the reader muted them, or one of the two blocked the other. */
  isHidden: (person: string) => string;
}

/**
 * The entries that may be in a timeline, straight from the tables: the newest (or oldest) `$4` of
 * each author between `$2` and `$3`, then of all. What people wrote whom the reader does not want to hear is no
 * candidate: a page would have to look at all of it in order to show none.
 */
export function candidatesSql(order: Range['order'], of: Of): string {
  const { authors, isHidden, isMember, isOwn } = of;
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const heard = `SELECT a.id FROM (${authors}) a WHERE NOT ${isHidden('a.id')}`;
  return `SELECT c.id FROM (
    SELECT p.id FROM (${heard}) a CROSS JOIN LATERAL (
      SELECT p.id FROM post_ref p
      WHERE p.author_id = a.id AND NOT p.is_deleted AND p.id > $2 AND p.id < $3
        AND (p.reply_to_author_id IS NULL OR ${isOwn('a.id')} OR ${isOwn('p.reply_to_author_id')}
          OR ${isMember('p.reply_to_author_id')})
      ORDER BY p.id ${direction} LIMIT $4) p
    UNION ALL
    SELECT r.id FROM (${heard}) a CROSS JOIN LATERAL (
      SELECT r.id FROM repost_ref r
      WHERE NOT ${isOwn('a.id')} AND r.author_id = a.id AND r.active AND r.id > $2 AND r.id < $3
        AND NOT ${isOwn('r.original_author_id')} AND NOT ${isMember('r.original_author_id')}
        AND NOT ${isHidden('r.original_author_id')}
      ORDER BY r.id ${direction} LIMIT $4) r
  ) c ORDER BY c.id ${direction} LIMIT $4`;
}

const hiddenSql = `hidden AS MATERIALIZED (
  SELECT muted_id AS id FROM mute WHERE muter_id = $1 AND active
  UNION ALL SELECT blocked_id FROM block WHERE blocker_id = $1 AND active
  UNION ALL SELECT blocker_id FROM block WHERE blocked_id = $1 AND active)`;

/** Begins a statement that looks at everybody the reader of a home follows, by how their entries come to it. */
export const followedSql = `member AS MATERIALIZED (
  SELECT f.followee_id AS id, a.big_at IS NULL AS is_pushed, a.big_seq IS NOT NULL AS is_pulled
  FROM follow f LEFT JOIN account a ON a.id = f.followee_id
  WHERE f.follower_id = $1 AND f.active),
${hiddenSql}`;

const inSets = {
  isMember: (person: string) => `${person} IN (SELECT id FROM member)`,
  isHidden: (person: string) => `${person} IN (SELECT id FROM hidden)`,
};

const ofHome = { ...inSets, isOwn: members.home.isOwn };

/** Those whose entries a list holds: big authors are pulled, and so are the reader's own posts. */
export const pushed: Of = { ...ofHome, authors: 'SELECT id FROM member WHERE is_pushed' };

/** Those whom a list must not lack: not those who are becoming small, and are still pulled as well. */
export const onlyPushed: Of = { ...ofHome, authors: 'SELECT id FROM member WHERE NOT is_pulled' };

/** For statements that look at few of the people whom the reader of a home follows. */
export function ofFew(authors: string): Of {
  const isMember = (person: string) => isMemberSql('home', person);
  return { authors, isMember, isOwn: members.home.isOwn, isHidden: isHiddenSql };
}

/** For statements that look at few people; `reader` is SQL, too. */
export function isHiddenSql(person: string, reader = '$1'): string {
  return `(EXISTS (SELECT FROM mute m WHERE m.muter_id = ${reader} AND m.muted_id = ${person} AND m.active)
    OR EXISTS (SELECT FROM block b WHERE b.blocker_id = ${reader} AND b.blocked_id = ${person} AND b.active)
    OR EXISTS (SELECT FROM block b WHERE b.blocker_id = ${person} AND b.blocked_id = ${reader} AND b.active))`;
}

const everyone = {
  home: { ...ofHome, authors: 'SELECT id FROM member UNION ALL SELECT $1::bigint' },
  list: { ...inSets, authors: 'SELECT id FROM member', isOwn: members.list.isOwn },
} as const satisfies Record<SourceKind, Of>;

function statementsOf(kind: SourceKind) {
  const sets = `member AS MATERIALIZED (${membersSql(kind)}), ${hiddenSql}`;
  const statement = (order: Range['order']) => ({
    name: `${kind}-candidates-${order}`,
    text: `WITH ${sets} ${candidatesSql(order, everyone[kind])}`,
  });
  return { newest: statement('newest'), oldest: statement('oldest') };
}

const statements = { home: statementsOf('home'), list: statementsOf('list') };

/**
 * Entries of a range without any cache: the road below the cached floor, and while no list can be believed. The newest
 * of each of many people are far more than a page takes: of those one stretch of time is looked at after the other, each
 * longer than the one before, until there are enough.
 */
export async function selectCandidates(
  sql: Sql,
  source: Source,
  range: Range,
  count: number,
  memberCount: number,
  limits: Pick<TimelineLimits, 'stretchedMembers' | 'pageStretchMs' | 'stretchGrowth'> = timelineLimits,
): Promise<bigint[]> {
  const ids: bigint[] = [];
  let left: Range | null = range;
  for (let ms: number = limits.pageStretchMs; left && ids.length < count; ms *= limits.stretchGrowth) {
    const isWhole = memberCount <= limits.stretchedMembers;
    const { stretch, rest }: ReturnType<typeof stretchOf> = isWhole
      ? { stretch: left, rest: null }
      : stretchOf(left, ms);
    const { rows } = await sql.query<{ id: bigint }>({
      ...statements[source.kind][range.order],
      values: valuesOf(source, stretch.low, stretch.high, count - ids.length),
    });
    ids.push(...rows.map(({ id }) => id));
    left = rest;
  }
  return ids;
}

/** A statement's four parameters; of a list, it is the fifth. */
export function valuesOf(source: Source, ...rest: readonly unknown[]): unknown[] {
  const values = [readerOf(source), ...rest];
  return source.kind === 'home' ? values : [...values, source.id];
}
