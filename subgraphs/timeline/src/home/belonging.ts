import type { Sql } from '../database/pool.ts';
import type { Entry } from './entry.ts';
import { isFirstRepostSql } from './first-repost.ts';

const follows = (person: string) =>
  `EXISTS (SELECT FROM follow f WHERE f.follower_id = $1 AND f.followee_id = ${person} AND f.active)`;

/** The lowest and highest id let the planner leave partitions alone. */
const statement = {
  name: 'home-belonging',
  text: `
  SELECT p.id, p.id AS post_id, p.author_id, NULL::bigint AS reposter_id, p.visibility, p.mentioned_ids
  FROM post_ref p
  WHERE p.id = ANY($2::bigint[]) AND p.id BETWEEN $3 AND $4 AND NOT p.is_deleted
    AND (p.author_id = $1 OR (${follows('p.author_id')} AND (p.reply_to_author_id IS NULL
      OR p.reply_to_author_id = $1 OR ${follows('p.reply_to_author_id')})))
  UNION ALL
  SELECT r.id, r.original_id, p.author_id, r.author_id, p.visibility, p.mentioned_ids
  FROM repost_ref r JOIN post_ref p ON p.id = r.original_id
  WHERE r.id = ANY($2::bigint[]) AND r.active AND NOT p.is_deleted AND p.author_id <> $1
    AND ${follows('r.author_id')} AND NOT ${follows('p.author_id')} AND ${isFirstRepostSql('$1')}`,
} as const;

interface Row {
  id: bigint;
  post_id: bigint;
  author_id: bigint;
  reposter_id: bigint | null;
  visibility: Entry['visibility'];
  mentioned_ids: bigint[];
}

/** Of some ids the entries that belong in the reader's timeline as the projection knows it, in their order. */
export async function selectBelonging(sql: Sql, readerId: bigint, ids: readonly bigint[]): Promise<Entry[]> {
  const [first] = ids;
  if (first === undefined) return [];
  const lowest = ids.reduce((least, id) => (id < least ? id : least), first);
  const highest = ids.reduce((most, id) => (id > most ? id : most), first);
  const { rows } = await sql.query<Row>({ ...statement, values: [readerId, ids, lowest, highest] });
  const entries = new Map(rows.map((row) => [row.id, entryOf(row)]));
  return ids.flatMap((id) => entries.get(id) ?? []);
}

function entryOf(row: Row): Entry {
  return {
    id: row.id,
    postId: row.post_id,
    authorId: row.author_id,
    reposterId: row.reposter_id,
    visibility: row.visibility,
    mentionedIds: row.mentioned_ids,
  };
}
