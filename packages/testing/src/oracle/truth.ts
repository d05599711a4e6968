import type pg from 'pg';

/** A database id, as a bigint or as decimal text. */
export type Key = bigint | string;

/** Who follows, blocks, mutes and says what: all that decides what belongs in home timelines. */
export interface Truth {
  accounts: { id: Key; isPrivate: boolean; isSuspended: boolean }[];
  follows: { followerId: Key; followeeId: Key }[];
  blocks: { blockerId: Key; blockedId: Key }[];
  mutes: { muterId: Key; mutedId: Key }[];
  posts: {
    id: Key;
    authorId: Key;
    replyToAuthorId: Key | null;
    visibility: string;
    mentionedIds: Key[];
  }[];
  reposts: { id: Key; authorId: Key; originalId: Key }[];
}

/** The tables that the oracle reads. They hold only what is true now: no tombstones, no deleted posts. */
const tables = {
  accounts: ['truth_account', 'id bigint, is_private boolean, is_suspended boolean'],
  follows: ['truth_follow', 'follower_id bigint, followee_id bigint'],
  blocks: ['truth_block', 'blocker_id bigint, blocked_id bigint'],
  mutes: ['truth_mute', 'muter_id bigint, muted_id bigint'],
  posts: [
    'truth_post',
    'id bigint, author_id bigint, reply_to_author_id bigint, visibility text, mentioned_ids bigint[]',
  ],
  reposts: ['truth_repost', 'id bigint, author_id bigint, original_id bigint'],
} as const satisfies Record<keyof Truth, readonly [string, string]>;

/** Puts a truth where the oracle looks: temporary tables of this one connection. */
export async function loadTruth(client: pg.ClientBase, truth: Truth): Promise<void> {
  for (const [part, [table, columns]] of Object.entries(tables)) {
    await client.query(`DROP TABLE IF EXISTS pg_temp.${table}; CREATE TEMP TABLE ${table} (${columns})`);
    const rows = truth[part as keyof Truth].map(inSnakeCase);
    for (let from = 0; from < rows.length; from += 10_000) {
      await client.query(
        `INSERT INTO ${table} SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(${columns})`,
        [JSON.stringify(rows.slice(from, from + 10_000))],
      );
    }
    await client.query(`ANALYZE ${table}`);
  }
}

const reads = {
  user: {
    accounts: `SELECT id::text, is_private AS "isPrivate", suspended_at IS NOT NULL OR deactivated_at IS NOT NULL AS "isSuspended" FROM account`,
    follows: `SELECT follower_id::text AS "followerId", followee_id::text AS "followeeId" FROM follow WHERE state = 'active'`,
    blocks: `SELECT blocker_id::text AS "blockerId", blocked_id::text AS "blockedId" FROM block WHERE active`,
    mutes: `SELECT muter_id::text AS "muterId", muted_id::text AS "mutedId" FROM mute WHERE active`,
  },
  post: {
    posts: `SELECT id::text, author_id::text AS "authorId", reply_to_author_id::text AS "replyToAuthorId",
      visibility, mentioned_ids::text[] AS "mentionedIds" FROM post WHERE deleted_at IS NULL`,
    reposts: `SELECT id::text, author_id::text AS "authorId", original_id::text AS "originalId" FROM repost WHERE active`,
  },
} as const;

/** Reads the truth from the two databases that own it. */
export async function readTruth(user: pg.ClientBase, post: pg.ClientBase): Promise<Truth> {
  const rowsOf = async (client: pg.ClientBase, sql: string) => (await client.query(sql)).rows;
  return {
    accounts: await rowsOf(user, reads.user.accounts),
    follows: await rowsOf(user, reads.user.follows),
    blocks: await rowsOf(user, reads.user.blocks),
    mutes: await rowsOf(user, reads.user.mutes),
    posts: await rowsOf(post, reads.post.posts),
    reposts: await rowsOf(post, reads.post.reposts),
  };
}

/** Ids stay text, whether they came as bigints or as text: JSON numbers would lose digits. */
function inSnakeCase(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'bigint' ? value.toString() : Array.isArray(value) ? value.map(String) : value,
    ]),
  );
}
