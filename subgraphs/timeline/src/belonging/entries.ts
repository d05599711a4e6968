import { idArray } from '@murmuration/postgres';
import type { Reads } from '../database/pool.ts';
import { valuesOf } from './candidates.ts';
import type { Entry } from './entry.ts';
import { isFirstRepostSql } from './first-repost.ts';
import { hidesRepostsSql, isMutedSql, mutedSql, rootSql } from '../words/muted-sql.ts';
import { isMemberSql, isNoMemberSql, members } from './members.ts';
import { byReader, ofMany, valuesOfMany } from './of-many.ts';
import type { Range } from './range.ts';
import type { Source, SourceKind } from './source.ts';

const postColumns =
  'p.id, p.id AS post_id, p.author_id, NULL::bigint AS reposter_id, p.visibility, p.mentioned_ids';

/**
 * Of the ids `$2`, between `$3` and `$4` (which let the planner leave partitions alone), the entries that
 * belong in a timeline. Whether who brings an entry is a member need not be asked of ids
 * from a cached list: they were when it was made, and the relation, read after, is fresher. What the reader wrote has no words that
 * they do not want to meet.
 */
function belongingSql(kind: SourceKind, isBroughtBy: (person: string) => string): string {
  const { isOwn } = members[kind];
  const isFor = `(p.reply_to_author_id IS NULL OR ${isOwn('p.reply_to_author_id')}
  OR ${isMemberSql(kind, 'p.reply_to_author_id')})`;
  return `
  WITH ${mutedSql('home')}
  SELECT ${postColumns} FROM post_ref p
  WHERE p.id = ANY($2::bigint[]) AND p.id BETWEEN $3 AND $4 AND NOT p.is_deleted
    AND (${isOwn('p.author_id')} OR (${isBroughtBy('p.author_id')} AND ${isFor}
      AND (p.author_id = $1 OR NOT ${isMutedSql('p.words', rootSql)})))
  UNION ALL
  SELECT r.id, r.original_id, p.author_id, r.author_id, p.visibility, p.mentioned_ids
  FROM repost_ref r CROSS JOIN LATERAL (
    SELECT p.id, p.author_id, p.visibility, p.mentioned_ids, p.words, p.root_id FROM post_ref p
    WHERE p.id = r.original_id AND NOT p.is_deleted AND NOT ${isOwn('p.author_id')} LIMIT 1) p
  WHERE r.id = ANY($2::bigint[]) AND r.active AND ${isBroughtBy('r.author_id')}
    AND NOT ${hidesRepostsSql('r.author_id')} AND (p.author_id = $1 OR NOT ${isMutedSql('p.words', rootSql)})
    AND ${isNoMemberSql(kind, 'p.author_id')} AND ${isFirstRepostSql(kind, '$1')}`;
}

function belongingOf(kind: SourceKind) {
  return { name: `${kind}-belonging`, text: belongingSql(kind, (person) => isMemberSql(kind, person)) };
}

const belonging = { home: belongingOf('home'), list: belongingOf('list') };
const belongingOfMany = ofMany(belonging.list);

/** The own posts of a home's reader, never in a cached list, come along: they need no look-up of their own. */
function listedSql(order: Range['order']): { name: string; text: string } {
  return {
    name: `home-listed-${order}`,
    text: `${belongingSql('home', () => 'true')}
      UNION ALL
      (SELECT ${postColumns} FROM post_ref p
       WHERE p.author_id = $1 AND NOT p.is_deleted AND p.id > $5 AND p.id < $6
       ORDER BY p.id ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT $7)`,
  };
}

const listed = { newest: listedSql('newest'), oldest: listedSql('oldest') };

interface Row {
  id: bigint;
  post_id: bigint;
  author_id: bigint;
  reposter_id: bigint | null;
  visibility: Entry['visibility'];
  mentioned_ids: bigint[];
}

/** Entries by their id. */
export type Entries = ReadonlyMap<bigint, Entry>;

/** Of some ids the entries that belong in a timeline as the projection knows it. */
export async function selectBelonging(sql: Reads, source: Source, ids: readonly bigint[]): Promise<Entries> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<Row>({
    ...belonging[source.kind],
    values: valuesOf(source, ...idParameters(ids)),
  });
  return entriesOf(rows);
}

/** The same of a list for several readers, by reader. */
export async function selectBelongingOfMany(
  sql: Reads,
  listId: bigint,
  readerIds: readonly bigint[],
  ids: readonly bigint[],
): Promise<Map<bigint, Entries>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<Row & { reader_id: bigint }>({
    ...belongingOfMany,
    values: valuesOfMany(readerIds, listId, ...idParameters(ids)),
  });
  return new Map([...byReader(readerIds, rows)].map(([readerId, mine]) => [readerId, entriesOf(mine)]));
}

/** Like {@link selectBelonging} for ids from a home's cached list, with its reader's own posts of the range. */
export async function selectListed(
  sql: Reads,
  readerId: bigint,
  ids: readonly bigint[],
  range: Range,
  count: number,
): Promise<Entries> {
  const [list, lowest, highest] = idParameters(ids);
  // Own posts below a full list are on no page that is made of it; nor need the partitions there be looked at.
  const low = range.order === 'newest' && ids.length === count ? lowest - 1n : range.low;
  const values = [readerId, list, lowest, highest, low, range.high, count];
  const { rows } = await sql.query<Row>({ ...listed[range.order], values });
  return entriesOf(rows);
}

function idParameters(ids: readonly bigint[]): [string, bigint, bigint] {
  const [first = 0n] = ids;
  let lowest = first;
  let highest = first;
  for (const id of ids) {
    if (id < lowest) lowest = id;
    else if (id > highest) highest = id;
  }
  return [idArray(ids), lowest, highest];
}

function entriesOf(rows: readonly Row[]): Entries {
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        postId: row.post_id,
        authorId: row.author_id,
        reposterId: row.reposter_id,
        visibility: row.visibility,
        mentionedIds: row.mentioned_ids,
      },
    ]),
  );
}
