// By path: how a crowd gets into three databases without a process in between.
import { crowdPassword, fill, standAtHeads } from '../../e2e/explain/crowd.ts';
import { hashPassword } from '../../subgraphs/user/src/accounts/passwords.ts';

export interface CrowdSize {
  authors: number;
  postsEach: number;
  /** Whom the ordinary readers follow. */
  fewFollowees: number;
  /** Posts of the person whom one of them muted: newer than all others. */
  mutedPosts: number;
}

/** Handles of the readers: of very many people, of few, and of the same few with one more whom they muted. */
export const readers = { many: 'many', few: 'few', muting: 'muting' } as const;
export const readersPassword = crowdPassword;

/**
 * Fills three migrated databases. Everybody writes in turn, over a year, so that what one person wrote lies all over the
 * table, as in life.
 */
export async function makeCrowd(
  urls: Record<'user' | 'post' | 'timeline', string>,
  size: CrowdSize,
): Promise<void> {
  const { authors, postsEach, fewFollowees, mutedPosts } = size;
  const posts = authors * postsEach;
  const bot = authors;
  const [many, few, muting] = [authors + 1, authors + 2, authors + 3];
  // A number, not `now()`: every statement in every database must make the same ids.
  const endMs = Date.now() - 3_600_000;
  const stepMs = Math.floor((365 * 86_400_000) / posts);
  const at = (ms: string) => `(id_at(to_timestamp(${endMs} / 1000.0)) - ((${ms})::bigint << 22))`;
  const person = (n: string | number) => `(id_at(timestamptz '2025-02-01Z') + ((${n})::bigint << 22))`;
  const post = (m: string) => at(`(${posts} - (${m}))::bigint * ${stepMs} + ${mutedPosts}`);
  const ofBot = (m: string) => at(`${mutedPosts} - (${m})`);
  const everyPost = `generate_series(0, ${posts - 1}) m`;
  const everyOfBot = `generate_series(0, ${mutedPosts - 1}) m`;
  const allPosts = `(SELECT ${post('m')} AS id, ${person(`m % ${authors}`)} AS author_id FROM ${everyPost}
    UNION ALL SELECT ${ofBot('m')}, ${person(bot)} FROM ${everyOfBot}) p`;
  const follows = `(SELECT ${person(many)} AS follower, ${person('n')} AS followee FROM generate_series(0, ${authors - 1}) n
    UNION ALL SELECT ${person('r')}, ${person('n')} FROM generate_series(${few}, ${muting}) r, generate_series(0, ${fewFollowees - 1}) n
    UNION ALL SELECT ${person(muting)}, ${person(bot)}) f`;
  const handle = `CASE n WHEN ${many} THEN '${readers.many}' WHEN ${few} THEN '${readers.few}'
    WHEN ${muting} THEN '${readers.muting}' ELSE 'p' || n END`;
  const everyone = `generate_series(0, ${muting}) n`;
  const passwordHash = await hashPassword(crowdPassword);

  await Promise.all([
    fill(urls.user, [
      {
        text: `INSERT INTO account (id, handle, email, email_key, password_hash, display_name)
          SELECT ${person('n')}, ${handle}, n || '@example.org', n || '@example.org', $1, 'Person ' || n FROM ${everyone}`,
        values: [passwordHash],
      },
      {
        text: `INSERT INTO follow (follower_id, followee_id, state) SELECT follower, followee, 'active' FROM ${follows}`,
      },
      {
        text: `INSERT INTO mute (muter_id, muted_id, active) VALUES (${person(muting)}, ${person(bot)}, true)`,
      },
    ]),
    fill(urls.post, [
      {
        text: `INSERT INTO post (id, author_id, text, root_id) SELECT id, author_id, 'a few words of ' || id, id FROM ${allPosts}`,
      },
    ]),
    fill(urls.timeline, [
      { text: `INSERT INTO account (id, version) SELECT ${person('n')}, 1 FROM ${everyone}` },
      {
        text: `INSERT INTO follow (follower_id, followee_id, active, version, since_seq)
          SELECT follower, followee, true, 1, 0 FROM ${follows}`,
      },
      {
        text: 'UPDATE account a SET follower_count = c.followers FROM (SELECT followee_id, count(*) AS followers FROM follow GROUP BY 1) c WHERE c.followee_id = a.id',
      },
      {
        text: 'INSERT INTO reader (id, followee_count) SELECT follower_id, count(*) FROM follow GROUP BY follower_id',
      },
      {
        text: `INSERT INTO mute (muter_id, muted_id, active, version) VALUES (${person(muting)}, ${person(bot)}, true, 1)`,
      },
      {
        text: `INSERT INTO post_ref (id, author_id, visibility, is_deleted, version)
          SELECT id, author_id, 'public', false, 1 FROM ${allPosts} ORDER BY id`,
      },
    ]),
  ]);
  await standAtHeads(urls);
}
