import type { Stack } from '@murmuration/dev';
import { decodeId, encodeId } from '@murmuration/ids';
import type { Member } from '@murmuration/testing';
import { homeByOracle, loadTruth, readTruth } from '@murmuration/testing/oracle';
import pg from 'pg';
import type { Crowd } from './crowd.ts';
import { lostVotes, pollCountsSql } from './polls.ts';

/** The databases that own the truth, and one connection for the oracle. */
export interface TruthSource {
  user: pg.Client;
  post: pg.Client;
  timeline: pg.Client;
  close(): Promise<void>;
}

/** Opens connections of their own, which a restart of Postgres ends: open them when it is over. */
export async function openTruth({ databaseUrls }: Pick<Stack, 'databaseUrls'>): Promise<TruthSource> {
  const open = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const [user, post, timeline] = await Promise.all([
    open(databaseUrls.user),
    open(databaseUrls.post),
    open(databaseUrls.timeline),
  ]);
  return {
    user,
    post,
    timeline,
    close: async () => void (await Promise.all([user.end(), post.end(), timeline.end()])),
  };
}

/** What each member's home should be now, as `post reposter` newest first. */
export async function expectedHomes(
  { user, post, timeline }: TruthSource,
  members: readonly Member[],
): Promise<Map<string, string[]>> {
  await loadTruth(timeline, await readTruth(user, post));
  const homes = new Map<string, string[]>();
  for (const { id, handle } of members) {
    const entries = await homeByOracle(timeline, decodeId('User', id) ?? 0n);
    homes.set(
      handle,
      entries.map(({ postId, repostedById }) =>
        [encodeId('Post', postId), repostedById === null ? '' : encodeId('User', repostedById)].join(' '),
      ),
    );
  }
  return homes;
}

/**
 * Everything acknowledged that is not as it was acknowledged: posts lost or there twice, likes and relations that are
 * not what was last told of them, counters that are not what they count. Empty when all is well.
 */
export async function brokenPromises({ user, post }: TruthSource, crowd: Crowd): Promise<string[]> {
  const broken: string[] = [];
  const texts = await post.query<{ id: string; text: string; times: number }>(
    `SELECT min(id)::text AS id, text, count(*)::integer AS times FROM post WHERE deleted_at IS NULL GROUP BY text`,
  );
  const held = new Map(texts.rows.map(({ text, times }) => [text, times]));
  for (const [id, text] of crowd.posts) {
    const times = held.get(text) ?? 0;
    if (times !== 1 && !(crowd.deleted.has(id) && times === 0))
      broken.push(`post ${id} is there ${times} times`);
  }
  const likes = await idsOf(
    post,
    `SELECT user_id::text AS a, post_id::text AS b FROM post_like WHERE active`,
    ['User', 'Post'],
  );
  for (const [key, isOn] of crowd.likes) {
    const isGone = crowd.deleted.has(key.split(' ')[1] ?? '');
    if (isOn !== null && !isGone && likes.has(key) !== isOn) broken.push(`like ${key} is ${!isOn}`);
  }
  for (const [kind, sql] of Object.entries(relationsSql)) {
    const there = await idsOf(user, sql, ['User', 'User']);
    for (const [key, isOn] of crowd.relations) {
      const [of, who, whom] = key.split(' ');
      if (of === kind && isOn !== null && there.has(`${who} ${whom}`) !== isOn)
        broken.push(`${key} is ${!isOn}`);
    }
  }
  broken.push(...(await lostVotes(post, crowd.votes)));
  for (const [name, client, sql] of [
    ['like', post, likeCountsSql],
    ['follower', user, followerCountsSql],
    ['poll', post, pollCountsSql],
  ] as const) {
    const { rows } = await client.query<{ id: string; counted: string; there: string }>(sql);
    broken.push(...rows.map(({ id, counted, there }) => `${name} count of ${id}: ${counted} for ${there}`));
  }
  return broken;
}

const relationsSql = {
  follow: `SELECT follower_id::text AS a, followee_id::text AS b FROM follow WHERE state = 'active'`,
  block: `SELECT blocker_id::text AS a, blocked_id::text AS b FROM block WHERE active`,
  mute: `SELECT muter_id::text AS a, muted_id::text AS b FROM mute WHERE active`,
};

const likeCountsSql = `SELECT p.id::text, c.counted, l.there FROM post p
  CROSS JOIN LATERAL (SELECT coalesce((SELECT like_count FROM post_count WHERE post_id = p.id), 0)
    + coalesce((SELECT sum(like_delta) FROM post_count_delta WHERE post_id = p.id), 0) AS counted) c
  CROSS JOIN LATERAL (SELECT count(*) AS there FROM post_like WHERE post_id = p.id AND active) l
  WHERE p.deleted_at IS NULL AND c.counted <> l.there`;

const followerCountsSql = `SELECT a.id::text, c.counted, f.there FROM account a
  CROSS JOIN LATERAL (SELECT coalesce((SELECT follower_count FROM account_count WHERE account_id = a.id), 0)
    + coalesce((SELECT sum(follower_delta) FROM account_count_delta WHERE account_id = a.id), 0) AS counted) c
  CROSS JOIN LATERAL (SELECT count(*) AS there FROM follow WHERE followee_id = a.id AND state = 'active') f
  WHERE c.counted <> f.there`;

async function idsOf(
  client: pg.Client,
  sql: string,
  [a, b]: readonly ['User', 'User' | 'Post'],
): Promise<Set<string>> {
  const { rows } = await client.query<{ a: string; b: string }>(sql);
  return new Set(rows.map((row) => `${encodeId(a, BigInt(row.a))} ${encodeId(b, BigInt(row.b))}`));
}
