import { idArray, pageStatements, pageValues } from '@murmuration/postgres';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { PageRequest } from '@murmuration/service-kit/subgraph';
import { type ListedPost, postColumns } from '../posts/post.ts';
import { type DetailedPost, detailColumns, detailJoins, nobody } from '../posts/repository.ts';
import { ruleBits } from './rule.ts';

export interface AuthorCount {
  authorId: bigint;
  postCount: bigint;
}

/** A post of a person's list, at the place of their repost when it is there for that. */
export type AuthoredPost = ListedPost & DetailedPost & { repostId: bigint | null };

const has = (bit: keyof typeof ruleBits) => `asked.rule & ${ruleBits[bit]} <> 0`;

/** For the viewer `$6`, each page by its rule of `$5`; with what the posts have become, which whoever shows them asks for. */
const pagesOf = (name: string, withReposts: boolean) =>
  pageStatements(name, (direction) => {
    const order = `ORDER BY key ${direction} LIMIT $4`;
    const reposts = `UNION ALL (
        SELECT r.id AS key, r.id AS "repostId", ${postColumns.text} FROM repost r
        CROSS JOIN LATERAL (SELECT * FROM post WHERE post.id = r.original_id AND post.deleted_at IS NULL LIMIT 1) p
        WHERE ${has('reposts')} AND ${has('public')}
          AND r.author_id = asked.author_id AND r.active AND r.id > asked.low AND r.id < asked.high
        ${order}) ${order}`;
    return `SELECT asked.ordinal, found.*, ${detailColumns}
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $5::int[])
        WITH ORDINALITY AS asked (author_id, low, high, rule, ordinal)
      CROSS JOIN LATERAL (
        (SELECT p.id AS key, NULL::bigint AS "repostId", ${postColumns.text} FROM post p
        WHERE p.author_id = asked.author_id AND p.id > asked.low AND p.id < asked.high
          AND p.deleted_at IS NULL
          AND (asked.rule & CASE p.visibility WHEN 'public' THEN ${ruleBits.public}
                WHEN 'followers' THEN ${ruleBits.followers} ELSE ${ruleBits.mentioned} END <> 0
            OR ${has('whereMentioned')} AND $6::bigint = ANY(p.mentioned_ids))
          AND (${has('replies')} OR p.reply_to_id IS NULL OR p.reply_to_author_id = p.author_id)
        ${order}) ${withReposts ? reposts : ''}) found
      ${detailJoins('found.id', '$6')}
      ORDER BY asked.ordinal, found.key ${direction}`;
  });

const authorPages = { plain: pagesOf('author-pages', false), withReposts: pagesOf('author-tabs', true) };

/**
 * Pages of several authors' posts and reposts, each as far as its rule goes. What is hidden is left out here and not
 * after reading, so that pages are full. As a raw statement of the ORM it was planned each time, for every partition, which took
 * Postgres eighteen times as long as running it.
 */
export function findAuthorPages(
  database: PostDatabase,
  viewerId: bigint | null,
  request: PageRequest,
): Promise<AuthoredPost[]> {
  const { direction, rules } = request;
  const withReposts = rules.some((rule) => (rule & ruleBits.reposts) !== 0);
  const statement = authorPages[withReposts ? 'withReposts' : 'plain'][direction];
  return database.$reads.query(statement, [...pageValues(request), `{${rules.join()}}`, viewerId ?? nobody]);
}

/** Base and deltas in one statement, as for posts. */
const authorCounts = {
  name: 'author-counts',
  text: `SELECT asked.id AS "authorId", coalesce(base.post_count, 0) + delta.posts AS "postCount"
    FROM unnest($1::bigint[]) AS asked (id)
    LEFT JOIN LATERAL (SELECT * FROM author_count c WHERE c.author_id = asked.id LIMIT 1) base ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(post_delta), 0)::bigint AS posts
      FROM author_count_delta WHERE author_id = asked.id) delta`,
} as const;

export function findAuthorCounts(database: PostDatabase, authorIds: bigint[]): Promise<AuthorCount[]> {
  return database.$reads.query(authorCounts, [idArray(authorIds)]);
}
