import { encodeId } from '@murmuration/ids';
import pg from 'pg';
import type { Story } from '../support/stack.ts';

/** What the two databases hold, read by plain SQL without any code of ours between. */
export interface Facts {
  /** By handle. */
  people: Map<string, Person>;
  /** Handles by database id. */
  handles: Map<string, string>;
  follows: { follower: string; followee: string }[];
  blocks: { blocker: string; blocked: string }[];
  posts: Post[];
  likes: Set<string>;
  reposts: Set<string>;
}

export interface Person {
  id: string;
  handle: string;
  display_name: string;
  bio: string;
  is_private: boolean;
}

export interface Post {
  id: string;
  author_id: string;
  text: string;
  reply_to_id: string | null;
  visibility: 'public' | 'followers' | 'mentioned';
  mentioned_ids: string[];
  like_count: number;
  reply_count: number;
  repost_count: number;
  quote_count: number;
}

export async function readFacts(story: Story): Promise<Facts> {
  const people = await rows<Person>(
    story.databaseUrls.user,
    'SELECT id, handle, display_name, bio, is_private FROM account',
  );
  const post = story.databaseUrls.post;
  const pairs = async (sql: string) =>
    new Set(
      (await rows<{ person: string; post: string }>(post, sql)).map((row) => `${row.person} ${row.post}`),
    );
  return {
    people: new Map(people.map((person) => [person.handle, person])),
    handles: new Map(people.map((person) => [person.id, person.handle])),
    follows: await rows(
      story.databaseUrls.user,
      `SELECT follower_id AS follower, followee_id AS followee FROM follow WHERE state = 'active' ORDER BY id DESC`,
    ),
    blocks: await rows(
      story.databaseUrls.user,
      'SELECT blocker_id AS blocker, blocked_id AS blocked FROM block WHERE active',
    ),
    posts: await rows<Post>(
      post,
      `WITH quotes AS MATERIALIZED (
         SELECT quoted_id, count(*)::int AS count FROM post
         WHERE quoted_id IS NOT NULL AND deleted_at IS NULL AND visibility = 'public' GROUP BY quoted_id)
       SELECT p.id, author_id, text, reply_to_id, visibility, mentioned_ids::text[],
         (SELECT count(*)::int FROM post_like l WHERE l.post_id = p.id AND l.active) AS like_count,
         (SELECT count(*)::int FROM post r WHERE r.reply_to_id = p.id AND r.deleted_at IS NULL
           AND r.visibility = 'public') AS reply_count,
         (SELECT count(*)::int FROM repost r WHERE r.original_id = p.id AND r.active) AS repost_count,
         coalesce(quotes.count, 0) AS quote_count
       FROM post p LEFT JOIN quotes ON quotes.quoted_id = p.id
       WHERE p.deleted_at IS NULL ORDER BY p.id DESC`,
    ),
    likes: await pairs('SELECT user_id AS person, post_id AS post FROM post_like WHERE active'),
    reposts: await pairs('SELECT author_id AS person, original_id AS post FROM repost WHERE active'),
  };
}

async function rows<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query<Row>(sql);
  await client.end();
  return result.rows;
}

export const userId = (id: string) => encodeId('User', BigInt(id));
export const postId = (id: string) => encodeId('Post', BigInt(id));
