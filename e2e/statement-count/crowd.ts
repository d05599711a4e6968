import { decodeId, encodeId, type IdType } from '@murmuration/ids';
import pg from 'pg';

/** More than the largest page that is counted. */
export const crowdSize = 60;
export const crowdTag = 'crowd';

/** Whom the crowd surrounds, and what they all have to do with. */
export interface Surrounded {
  alice: string;
  bob: string;
  root: string;
  /** Who answered the root. */
  authors: string[];
}

/**
 * Puts more into every list than a page takes, past the services: people who follow bob, whom alice follows and bob too, and
 * who ask to follow alice; others whom alice blocked and muted; likes, reposts and quotes of one post, under one tag,
 * all of which alice likes; notifications of these to alice; places where she is signed in; people whom she may know; hashtags and
 * posts of the crowd that are trends; lists of hers, and of bob's that she follows, each of the crowd and of all authors.
 * @returns the id of one of these
 */
export async function surround(
  urls: Record<'user' | 'post' | 'timeline', string>,
  { alice, authors, bob, root }: Surrounded,
): Promise<string> {
  const [me, other, post] = [numberOf('User', alice), numberOf('User', bob), numberOf('Post', root)];
  const numbers = `generate_series(1, ${crowdSize}) n`;
  const people = (kind: string) => `SELECT id FROM account WHERE handle LIKE '${kind}%'`;
  const follow = (follower: string, followee: string, state = 'active') =>
    `INSERT INTO follow (follower_id, followee_id, state) SELECT ${follower}, ${followee}, '${state}' FROM (${people('crowd')}) c`;
  const ids = await run(urls.user, [
    ...['crowd', 'foes', 'maybe'].map(
      (kind) => `INSERT INTO account (handle, email, email_key, password_hash, display_name)
        SELECT '${kind}' || n, '${kind}' || n || '@example.org', '${kind}' || n || '@example.org', 'none', 'One of many'
        FROM ${numbers}`,
    ),
    follow('c.id', other),
    follow(other, 'c.id'),
    follow(me, 'c.id'),
    follow('c.id', me, 'requested'),
    `INSERT INTO block (blocker_id, blocked_id, active) SELECT ${me}, f.id, true FROM (${people('foes')}) f`,
    `INSERT INTO mute (muter_id, muted_id, active) SELECT ${me}, f.id, true FROM (${people('foes')}) f`,
    `INSERT INTO suggestion_reader (account_id, made_at) VALUES (${me}, now())
     ON CONFLICT (account_id) DO UPDATE SET read_at = now(), made_at = now()`,
    `INSERT INTO suggestion (account_id, suggested_id, score) SELECT ${me}, m.id, m.id % 7 FROM (${people('maybe')}) m`,
    `INSERT INTO session (account_id, token_hash, expires_at)
     SELECT ${me}, decode(md5(n::text), 'hex'), now() + interval '1 day' FROM ${numbers}`,
    people('crowd'),
  ]);
  const crowd = `unnest('{${ids.join()}}'::bigint[]) AS c (id)`;
  const said = await run(urls.post, [
    `INSERT INTO post_like (user_id, post_id, active) SELECT c.id, ${post}, true FROM ${crowd}`,
    `INSERT INTO repost (author_id, original_id, active) SELECT c.id, ${post}, true FROM ${crowd}`,
    `WITH said AS (
      INSERT INTO post (id, root_id, author_id, text, quoted_id)
      SELECT made.id, made.id, ${other}, 'One of many #${crowdTag}', ${post} FROM (SELECT next_id() AS id FROM ${numbers}) made
      RETURNING id),
    tagged AS (INSERT INTO post_hashtag (tag, post_id) SELECT '${crowdTag}', id FROM said)
    INSERT INTO post_like (user_id, post_id, active) SELECT ${me}, id, true FROM said`,
    // Each of the crowd says one thing with three tags, so that three use each.
    `WITH said AS (
      INSERT INTO post (id, root_id, author_id, text)
      SELECT made.id, made.id, made.author_id, 'A trend' FROM (SELECT next_id() AS id, c.id AS author_id FROM ${crowd}) made
      RETURNING id),
    counted AS (INSERT INTO post_count (post_id, like_count) SELECT id, 5 FROM said)
    INSERT INTO post_hashtag (tag, post_id)
    SELECT 'trend' || (number + n) % ${crowdSize}, id FROM (SELECT id, row_number() OVER () AS number FROM said) s,
      generate_series(0, 2) n`,
    `SELECT id FROM post WHERE quoted_id = ${post}`,
  ]);
  const news = `unnest('{${said.join()}}'::bigint[]) WITH ORDINALITY AS p (id, place)`;
  // The crowd came last: a page is of people who are all alike, and not of whoever asks.
  const members = `unnest('{${[...authors.map((author) => numberOf('User', author)), ...ids].join()}}'::bigint[]) AS c (id)`;
  const [list = '0'] = await run(urls.timeline, [
    `INSERT INTO notification (id, recipient_id, kind, post_id, place, actor_count)
     SELECT p.id, ${me}, 'quote', p.id, p.place, 1 FROM ${news}`,
    `INSERT INTO notification_act (recipient_id, cause, object_id, actor_id, kind, active, visibility, notification_id,
       place, version)
     SELECT ${me}, 'post', p.id, ${other}, 'quote', true, 'public', p.id, p.place, 1 FROM ${news}`,
    `INSERT INTO list (owner_id, name, is_private) SELECT ${me}, 'One of many', false FROM ${numbers}`,
    `WITH made AS (INSERT INTO list (owner_id, name, is_private) SELECT ${other}, 'One of many', false FROM ${numbers} RETURNING id),
      filled AS (INSERT INTO list_member (list_id, member_id, owner_id, since_seq)
        SELECT made.id, c.id, ${other}, 0 FROM made, ${members})
      INSERT INTO list_follow (follower_id, list_id) SELECT ${me}, id FROM made`,
    `SELECT id FROM list WHERE owner_id = ${other} ORDER BY id LIMIT 1`,
  ]);
  return encodeId('List', BigInt(list));
}

function numberOf(type: IdType, wire: string): string {
  const id = decodeId(type, wire);
  if (id === null) throw new Error(`${wire} is not the id of a ${type}`);
  return id.toString();
}

/** The ids of the last statement's rows. */
async function run(connectionString: string, statements: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    let ids: string[] = [];
    for (const text of statements) ids = (await client.query<{ id: string }>(text)).rows.map(({ id }) => id);
    return ids;
  } finally {
    await client.end();
  }
}
