import type { PostDatabase } from '@murmuration/prisma/post';
import { findTags, parseTag } from './tag.ts';

/** Raise it when {@link parseTag} folds differently, so that what is stored is folded anew. */
export const foldingVersion = 2;

export const refoldLimits = { tagsAtOnce: 1_000, postsAtOnce: 1_000 } as const;

/**
 * Lists posts anew that are listed under a tag as an earlier folding wrote it. Processes of before may write some more
 * while a new version is rolled out: only a round that found none is the last.
 * @returns how many listings went
 */
export async function refoldTags(database: PostDatabase): Promise<number> {
  const stored = await database.hashtagFolding.findUniqueOrThrow({ where: { singleton: true } });
  if (stored.version >= foldingVersion) return 0;
  let gone = 0;
  let after = '';
  for (;;) {
    const tags = await findTagsAfter(database, after);
    for (const tag of tags) if (parseTag(tag) !== tag) gone += await relist(database, tag);
    if (tags.length < refoldLimits.tagsAtOnce) break;
    after = tags.at(-1) as string;
  }
  if (gone === 0) {
    await database.hashtagFolding.update({ where: { singleton: true }, data: { version: foldingVersion } });
  }
  return gone;
}

/** The next distinct tags in the index's order, each by one look into it. */
async function findTagsAfter(database: PostDatabase, after: string): Promise<string[]> {
  const rows = await database.$queryRaw<{ tag: string }[]>`
    WITH RECURSIVE found (tag) AS (
      (SELECT tag FROM post_hashtag WHERE tag > ${after} ORDER BY tag LIMIT 1)
      UNION ALL
      SELECT (SELECT h.tag FROM post_hashtag h WHERE h.tag > found.tag ORDER BY h.tag LIMIT 1)
      FROM found WHERE found.tag IS NOT NULL)
    SELECT tag FROM found WHERE tag IS NOT NULL LIMIT ${refoldLimits.tagsAtOnce}`;
  return rows.map(({ tag }) => tag);
}

async function relist(database: PostDatabase, tag: string): Promise<number> {
  let gone = 0;
  for (;;) {
    const posts = await database.$queryRaw<{ id: bigint; text: string }[]>`
      SELECT p.id, p.text FROM post_hashtag h JOIN post p ON p.id = h.post_id
      WHERE h.tag = ${tag} ORDER BY h.post_id LIMIT ${refoldLimits.postsAtOnce}`;
    if (posts.length === 0) return gone;
    const listed = posts.flatMap(({ id, text }) => findTags(text).map((found) => ({ id, tag: found.tag })));
    await database.$executeRaw`
      WITH unlisted AS (
        DELETE FROM post_hashtag WHERE tag = ${tag} AND post_id = ANY(${posts.map(({ id }) => id)}::bigint[])
        RETURNING post_id)
      INSERT INTO post_hashtag (tag, post_id)
      SELECT DISTINCT again.tag, again.post_id
      FROM unnest(${listed.map((each) => each.tag)}::text[], ${listed.map(({ id }) => id)}::bigint[])
        AS again (tag, post_id) JOIN unlisted USING (post_id)
      ON CONFLICT DO NOTHING`;
    gone += posts.length;
  }
}
