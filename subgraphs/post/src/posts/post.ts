import type { PostAudience } from '@murmuration/relationships';
import { Prisma } from '@murmuration/prisma/post';
import type { Facet } from './facets.ts';

export type Visibility = PostAudience['visibility'];

/** From who sees least to who sees most. */
export const visibilities = ['mentioned', 'followers', 'public'] as const satisfies Visibility[];

/** A post as it is stored. A deleted one is a tombstone: it keeps its place and nothing that was said. */
export interface PostRow {
  id: bigint;
  authorId: bigint;
  text: string;
  facets: Facet[];
  replyToId: bigint | null;
  replyToAuthorId: bigint | null;
  rootId: bigint;
  quotedId: bigint | null;
  visibility: Visibility;
  mentionedIds: bigint[];
  isDeleted: boolean;
}

/** A post in a list: at its own place, unless the list is in another order. */
export type ListedPost = PostRow & { key: bigint; ordinal: bigint };

/** Columns of a {@link PostRow}, of a table named or aliased `p`. */
export const postColumns = Prisma.sql`p.id, p.author_id AS "authorId", p.text, p.facets,
  p.reply_to_id AS "replyToId", p.reply_to_author_id AS "replyToAuthorId", p.root_id AS "rootId",
  p.quoted_id AS "quotedId", p.visibility, p.mentioned_ids AS "mentionedIds",
  p.deleted_at IS NOT NULL AS "isDeleted"`;
