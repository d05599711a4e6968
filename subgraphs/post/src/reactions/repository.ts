import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { reactionEvents } from '../internal/payloads.ts';
import { returningPlace, write, writtenAt } from '../written.ts';

/** What a change of a reaction found: whether the post still stood, and where the event was written. */
export interface ReactionOutcome {
  found: boolean;
  /** Null when nothing changed. */
  writtenAt: string | null;
}

/**
 * Likes and reposts are changed the same way, each by one statement: the row is locked, its version raised,
 * the counter's delta and the event are written, all or nothing. A repeat finds nothing to change. The row
 * stays as a tombstone, so that the versions of one reaction go on for ever.
 */
export const reactionTables = {
  like: {
    table: Prisma.sql`post_like`,
    person: Prisma.sql`user_id`,
    post: Prisma.sql`post_id`,
    conflict: Prisma.sql`(user_id, post_id)`,
    delta: Prisma.sql`like_delta`,
  },
  repost: {
    table: Prisma.sql`repost`,
    person: Prisma.sql`author_id`,
    post: Prisma.sql`original_id`,
    conflict: Prisma.sql`(author_id, original_id)`,
    delta: Prisma.sql`repost_delta`,
  },
} as const;

export type ReactionKind = keyof typeof reactionTables;

/** Adds a like or a repost, unless the post is gone by now. */
export async function addReaction(
  database: PostDatabase,
  kind: ReactionKind,
  personId: bigint,
  postId: bigint,
): Promise<ReactionOutcome> {
  const { table, person, post, conflict } = reactionTables[kind];
  const change = Prisma.sql`
    INSERT INTO ${table} AS r (${person}, ${post}, active)
    SELECT ${personId}::bigint, target.id, true FROM target WHERE target.deleted_at IS NULL
    ON CONFLICT ${conflict} DO UPDATE SET active = true, version = r.version + 1, id = next_id()
      WHERE NOT r.active`;
  return runChange(database, kind, postId, { verb: 'add', change, difference: 1 });
}

/** Takes a like or a repost back, of a deleted post too. */
export async function removeReaction(
  database: PostDatabase,
  kind: ReactionKind,
  personId: bigint,
  postId: bigint,
): Promise<ReactionOutcome> {
  const { table, person, post } = reactionTables[kind];
  const change = Prisma.sql`
    UPDATE ${table} AS r SET active = false, version = r.version + 1
    FROM target WHERE r.${post} = target.id AND r.${person} = ${personId}::bigint AND r.active`;
  return runChange(database, kind, postId, { verb: 'remove', change, difference: -1 });
}

async function runChange(
  database: PostDatabase,
  kind: ReactionKind,
  postId: bigint,
  { verb, change, difference }: { verb: 'add' | 'remove'; change: Prisma.Sql; difference: 1 | -1 },
): Promise<ReactionOutcome> {
  const { post, delta } = reactionTables[kind];
  const statement = Prisma.sql`
    WITH target AS MATERIALIZED (
      SELECT id, author_id, deleted_at FROM post WHERE id = ${postId}::bigint),
    changed AS (${change} RETURNING r.*),
    counted AS (
      INSERT INTO post_count_delta (post_id, ${delta}) SELECT ${post}, ${difference}::int FROM changed),
    published AS (${reactionEvents(kind)} ${returningPlace})
    SELECT EXISTS (SELECT 1 FROM target WHERE deleted_at IS NULL) AS found,
      ${writtenAt} AS "writtenAt"`;
  const [outcome] = await write<ReactionOutcome>(database, `${verb}-${kind}`, statement);
  return outcome ?? { found: false, writtenAt: null };
}
