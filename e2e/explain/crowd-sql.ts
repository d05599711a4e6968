/** How large the crowd is. Everything else follows from these: as many likes as posts, a repost for every twenty. */
export interface CrowdSize {
  people: number;
  followsEach: number;
  posts: number;
}

/**
 * The same crowd in three databases without a process in between: person `n`, post `m` and who follows whom
 * are formulas, so each database makes its own part of them by itself.
 */
export function crowdSql({ people, followsEach, posts }: CrowdSize) {
  const person = (n: string) => `(id_at(timestamptz '2025-02-01Z') + ((${n})::bigint << 22))`;
  // A number, not `now()`: every statement in every database must make the same ids.
  const stepMs = Math.floor((Date.now() - 3_600_000 - Date.parse('2025-03-01T00:00:00Z')) / posts);
  const post = (m: string) => `(id_at(timestamptz '2025-03-01Z') + (((${m})::bigint * ${stepMs}) << 22))`;
  const repost = (m: string) => `(${post(m)} + (1::bigint << 21))`;
  const author = (m: string) => `(${person(`(${m})::bigint * 7919 % ${people}`)})`;
  const replyTo = (m: string) => `CASE WHEN (${m}) % 5 = 4 THEN ${post(`(${m}) - 3`)} END`;
  const replyToAuthor = (m: string) => `CASE WHEN (${m}) % 5 = 4 THEN ${author(`(${m}) - 3`)} END`;
  // A fifth of all people follow the first one.
  const followee = `CASE WHEN k = 0 AND n % 5 = 1 THEN 0 ELSE (n * 31 + k * k * 17 + k + 1) % ${people} END`;
  const follows = `(SELECT DISTINCT ON (n, other) n, k, other FROM (
    SELECT n, k, (${followee}) AS other FROM generate_series(0, ${people - 1}) n, generate_series(0, ${followsEach - 1}) k) pairs
    WHERE other <> n) f`;
  const reposter = (m: string) => person(`((${m})::bigint * 13 + 5) % ${people}`);
  const everyPost = `generate_series(0, ${posts - 1}) m`;
  const everyRepost = `generate_series(0, ${posts - 1}, 20) m`;

  return {
    person,
    user: [
      `INSERT INTO account (id, handle, email, email_key, password_hash, display_name)
       SELECT ${person('n')}, 'person' || n, n || '@example.org', n || '@example.org', $1, 'Person ' || n
       FROM generate_series(0, ${people - 1}) n`,
      `INSERT INTO follow (follower_id, followee_id, id, state)
       SELECT ${person('n')}, ${person('other')}, id_at(timestamptz '2025-06-01Z') + ((n::bigint * ${followsEach} + k) << 16), 'active'
       FROM ${follows}`,
      `INSERT INTO account_count (account_id, follower_count, following_count)
       SELECT a.id, coalesce(r.followers, 0), coalesce(g.following, 0) FROM account a
       LEFT JOIN (SELECT followee_id, count(*) AS followers FROM follow GROUP BY 1) r ON r.followee_id = a.id
       LEFT JOIN (SELECT follower_id, count(*) AS following FROM follow GROUP BY 1) g ON g.follower_id = a.id`,
    ],
    post: [
      `INSERT INTO post (id, author_id, text, reply_to_id, reply_to_author_id, root_id)
       SELECT ${post('m')}, ${author('m')}, 'post ' || m, ${replyTo('m')}, ${replyToAuthor('m')}, coalesce(${replyTo('m')}, ${post('m')})
       FROM ${everyPost}`,
      `INSERT INTO post_count (post_id, like_count, reply_count) SELECT ${post('m')}, 1, (m % 5 = 1)::int FROM ${everyPost}`,
      `INSERT INTO author_count (author_id, post_count) SELECT author_id, count(*) FROM post GROUP BY author_id`,
      `INSERT INTO post_like (user_id, post_id, id, active)
       SELECT ${person(`(m::bigint * 13 + 1) % ${people}`)}, ${post('m')}, ${post('m')} + 7, true FROM ${everyPost}`,
      `INSERT INTO post_hashtag (tag, post_id) SELECT 'tag' || m % 100, ${post('m')} FROM generate_series(0, ${posts - 1}, 10) m`,
      `INSERT INTO repost (author_id, original_id, id, active)
       SELECT ${reposter('m')}, ${post('m')}, ${repost('m')}, true FROM ${everyRepost}`,
    ],
    timeline: [
      `INSERT INTO follow (follower_id, followee_id, active, version, since_seq)
       SELECT ${person('n')}, ${person('other')}, true, 1, 0 FROM ${follows}`,
      `INSERT INTO account (id, version, follower_count)
       SELECT ${person('n')}, 1, coalesce(c.followers, 0) FROM generate_series(0, ${people - 1}) n
       LEFT JOIN (SELECT followee_id, count(*) AS followers FROM follow GROUP BY 1) c ON c.followee_id = ${person('n')}`,
      `INSERT INTO reader (id, followee_count) SELECT follower_id, count(*) FROM follow GROUP BY follower_id`,
      `INSERT INTO post_ref (id, author_id, reply_to_author_id, visibility, is_deleted, version)
       SELECT ${post('m')}, ${author('m')}, ${replyToAuthor('m')}, 'public', false, 1 FROM ${everyPost}`,
      `INSERT INTO repost_ref (author_id, original_id, id, original_author_id, active, version)
       SELECT ${reposter('m')}, ${post('m')}, ${repost('m')}, ${author('m')}, true, 1 FROM ${everyRepost}`,
      `INSERT INTO timeline_event (seq, kind, author_id, entry_id, post_id)
       SELECT row_number() OVER (ORDER BY m), 'post', ${author('m')}, ${post('m')}, ${post('m')}
       FROM generate_series(${Math.floor(posts * 0.8)}, ${posts - 1}) m`,
      `UPDATE timeline_head SET seq = (SELECT max(seq) FROM timeline_event)`,
      `UPDATE fanout_cursor SET seq = (SELECT seq FROM timeline_head)`,
    ],
  };
}
