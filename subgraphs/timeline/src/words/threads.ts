import { decodeId } from '@murmuration/ids';
import { maySeePost, type PostAudience, type Relationships } from '@murmuration/relationships';
import { downstreamError, futureMoment, validationError } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { type MutedScope, rootSql } from './muted-sql.ts';
import { wordLimits } from './words.ts';

/** A conversation that somebody does not want to hear of. */
export interface MutedThread {
  /** The post of it by which they named it. */
  postId: bigint;
  /** Whose post that is; null where it is known here no more. */
  authorId: bigint | null;
  scope: MutedScope;
  until: Date | null;
}

export interface ThreadService {
  /** Those in force, newest first. */
  muted(viewerId: bigint): Promise<MutedThread[]>;
  /**
   * @throws UserErrors `ValidationError` for a conversation that is not there for the viewer, for an end that is over, and
   *   beyond the limit
   */
  mute(
    viewerId: bigint,
    mute: { post: string; scope: MutedScope; until: string | null },
  ): Promise<MutedThread>;
  /** By any post of the conversation. Taking back what is not there changes nothing. */
  unmute(viewerId: bigint, post: string): Promise<void>;
}

/** Of `muted_thread m`. */
const columns = `m.post_id AS "postId", m.scope, m.until,
  (SELECT p.author_id FROM post_ref p WHERE p.id = m.post_id LIMIT 1) AS "authorId"`;

const muteSql = `
WITH over AS (DELETE FROM muted_thread WHERE viewer_id = $1 AND root_id <> $2 AND until <= now())
INSERT INTO muted_thread AS m (viewer_id, root_id, post_id, scope, until)
SELECT $1::bigint, $2::bigint, $3::bigint, $4, $5::timestamptz
WHERE (SELECT count(*) FROM muted_thread WHERE viewer_id = $1 AND root_id <> $2 AND (until IS NULL OR until > now())) < $6
ON CONFLICT (viewer_id, root_id) DO UPDATE SET post_id = excluded.post_id, scope = excluded.scope, until = excluded.until,
  muted_at = clock_timestamp()
RETURNING ${columns}`;

const findSql = `SELECT p.author_id AS "authorId", p.visibility, p.mentioned_ids AS "mentionedIds", ${rootSql} AS "rootId"
FROM post_ref p WHERE p.id = $1 AND NOT p.is_deleted LIMIT 1`;

const unmuteSql = `DELETE FROM muted_thread WHERE viewer_id = $1 AND (post_id = $2
  OR root_id = coalesce((SELECT ${rootSql} FROM post_ref p WHERE p.id = $2 LIMIT 1), $2))`;

export function createThreadService(options: {
  sql: Sql;
  relationships: Pick<Relationships, 'read'>;
}): ThreadService {
  const { sql, relationships } = options;

  function readPost(post: string): bigint {
    const postId = decodeId('Post', post);
    if (postId === null) throw validationError('postId', 'This is not the id of a post.');
    return postId;
  }

  /** Whoever may not see the post is told what they are told of one that is not there. */
  async function rootOf(viewerId: bigint, postId: bigint): Promise<bigint> {
    const { rows } = await sql.query<PostAudience & { authorId: bigint; rootId: bigint }>({
      name: 'thread-post',
      text: findSql,
      values: [postId],
    });
    const [post] = rows;
    if (post && (post.authorId === viewerId || (await maySee(viewerId, post)))) return post.rootId;
    throw validationError('postId', 'There is no such post, or it is not known here yet.');
  }

  async function maySee(viewerId: bigint, post: PostAudience & { authorId: bigint }): Promise<boolean> {
    const [relation] = await relationships.read(viewerId, [post.authorId]);
    if (relation === undefined || relation instanceof Error) throw downstreamError('user', relation);
    return maySeePost(viewerId, relation, post);
  }

  return {
    async muted(viewerId) {
      const { rows } = await sql.query<MutedThread>({
        name: 'muted-threads',
        text: `SELECT ${columns} FROM muted_thread m WHERE m.viewer_id = $1 AND (m.until IS NULL OR m.until > now())
          ORDER BY m.muted_at DESC LIMIT $2`,
        values: [viewerId, wordLimits.mutedThreads],
      });
      return rows;
    },

    async mute(viewerId, { post, scope, until }) {
      const postId = readPost(post);
      const end = futureMoment('until', until)?.toISOString() ?? null;
      const rootId = await rootOf(viewerId, postId);
      const values = [viewerId, rootId, postId, scope, end, wordLimits.mutedThreads];
      const { rows } = await sql.query<MutedThread>({ name: 'mute-thread', text: muteSql, values });
      const [muted] = rows;
      if (muted) return muted;
      const most = wordLimits.mutedThreads;
      throw validationError('postId', `You mute ${most} conversations: take one back first.`);
    },

    async unmute(viewerId, post) {
      const values = [viewerId, readPost(post)];
      await sql.query({ name: 'unmute-thread', text: unmuteSql, values });
    },
  };
}
