import { pageStatements, pageValues } from '@murmuration/postgres';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { PagedRow, PageRequest } from '@murmuration/service-kit/subgraph';
import { type ReactionKind, reactionTables } from './repository.ts';

/** Who did it; `key` is the id of the like or repost. */
export interface Reaction extends PagedRow {
  personId: bigint;
}

/**
 * The post is bounded by comparing rows instead of by `=`: the planner would take every post for an average one, with a
 * handful of likes, and sort all of a famous one's.
 */
const pagesOf = (kind: ReactionKind) => {
  const table = reactionTables[kind].table.text;
  const person = `r.${reactionTables[kind].person.text}`;
  const post = `r.${reactionTables[kind].post.text}`;
  return pageStatements(
    `${kind}-pages`,
    (direction) => `SELECT asked.ordinal, found.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
      WITH ORDINALITY AS asked (post_id, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT r.id AS key, ${person} AS "personId" FROM ${table} r
      WHERE r.active AND (${post}, r.id) > (asked.post_id, asked.low) AND (${post}, r.id) < (asked.post_id, asked.high)
      ORDER BY ${post} ${direction}, r.id ${direction} LIMIT $4) found
    ORDER BY asked.ordinal, found.key ${direction}`,
  );
};

const reactionPages = { like: pagesOf('like'), repost: pagesOf('repost') };

/** Pages of those who like or reposted several posts. */
export function findReactionPages(
  database: PostDatabase,
  kind: ReactionKind,
  request: PageRequest,
): Promise<Reaction[]> {
  return database.$reads.query(reactionPages[kind][request.direction], pageValues(request));
}
