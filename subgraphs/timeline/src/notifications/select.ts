import { idArray, textArray } from '@murmuration/postgres';
import type { PostAudience } from '@murmuration/relationships';
import type { Reads } from '../database/pool.ts';
import { isMutedSql, mutedSql, rootSql } from '../words/muted-sql.ts';
import type { NotificationKind } from './kinds.ts';
import { notificationLimits } from './limits.ts';
import type { KeptNotification } from './notification.ts';

interface Row {
  id: bigint;
  kind: NotificationKind;
  post_id: bigint;
  place: bigint;
  actor_count: number;
  grew_at: Date;
  /** Its post was deleted, or has words, or is of a conversation, that the reader muted. */
  is_gone: boolean;
  actor_ids: bigint[] | null;
  visibilities: PostAudience['visibility'][] | null;
  mentions: boolean[] | null;
}

/** A stretch of a reader's notifications, both ends exclusive, and which end to begin at. */
export interface Stretch {
  low: bigint;
  high: bigint;
  order: 'newest' | 'oldest';
}

/** For whom, and of which kinds only what people did whom they follow. */
export interface Reader {
  id: bigint;
  followedOnly: readonly NotificationKind[];
}

const { actorsLookedAt, followedLookedFor } = notificationLimits;

/** Of the newest who did what `n` tells of, so many. */
const newestActs = (where: string) => `
  SELECT * FROM notification_act WHERE notification_id = n.id AND active
  ORDER BY place DESC, actor_id DESC LIMIT ${where}`;

/**
 * Notifications `n` of `$1` with the newest who did it, of kinds in `$2` only whom the reader follows: so many rows of each and no more,
 * whatever it has. A post that was deleted takes what was told of it along; the projection of posts knows it. It also knows of which
 * conversation the post is that was liked, and what words are in one that asked something; what was said says so itself, for it
 * may be told before the projection has it.
 */
const withActors = (from: string, order: string) => `
WITH ${mutedSql('notifications')}
SELECT n.id, n.kind, n.post_id, n.place, n.actor_count, n.grew_at, a.actor_ids, a.visibilities, a.mentions,
  coalesce(p.is_deleted, false) OR coalesce(a.is_muted, false) OR EXISTS (
    SELECT FROM muted m WHERE m.root_id = p.root_id OR (n.kind = 'poll' AND p.author_id <> $1 AND p.words @> m.words)) AS is_gone
FROM (${from}) n LEFT JOIN LATERAL (
  SELECT p.is_deleted, p.author_id, p.words, ${rootSql} AS root_id FROM post_ref p WHERE p.id = n.post_id LIMIT 1) p ON true
CROSS JOIN LATERAL (
  SELECT array_agg(actor_id ORDER BY place DESC, actor_id DESC) AS actor_ids,
    array_agg(visibility ORDER BY place DESC, actor_id DESC) AS visibilities,
    array_agg(is_mentioned ORDER BY place DESC, actor_id DESC) AS mentions,
    bool_or(${isMutedSql('newest.words', 'newest.root_id')}) AS is_muted
  FROM (
    SELECT * FROM (${newestActs(String(actorsLookedAt))}) t WHERE n.kind <> ALL($2::text[])
    UNION ALL
    SELECT * FROM (
      SELECT t.* FROM (${newestActs(String(followedLookedFor))}) t
      WHERE n.kind = ANY($2::text[]) AND (t.actor_id = $1 OR EXISTS (
        SELECT FROM follow f WHERE f.follower_id = $1 AND f.followee_id = t.actor_id AND f.active))
      ORDER BY t.place DESC, t.actor_id DESC LIMIT ${actorsLookedAt}) f) newest) a
${order}`;

/** The newest (or oldest) of each kind by its index, then of all: others' number costs nothing. */
function stretchSql(direction: 'ASC' | 'DESC'): string {
  return withActors(
    `SELECT n.* FROM unnest($3::text[]) AS k(kind) CROSS JOIN LATERAL (
      SELECT * FROM notification n
      WHERE n.recipient_id = $1 AND n.kind = k.kind AND n.place > $4 AND n.place < $5
      ORDER BY n.place ${direction} LIMIT $6) n
    ORDER BY n.place ${direction} LIMIT $6`,
    `ORDER BY n.place ${direction}`,
  );
}

const statements = {
  newest: { name: 'notifications-newest', text: stretchSql('DESC') },
  oldest: { name: 'notifications-oldest', text: stretchSql('ASC') },
  byId: {
    name: 'notifications-by-id',
    text: withActors('SELECT * FROM notification WHERE recipient_id = $1 AND id = ANY($3::bigint[])', ''),
  },
};

export interface Selected {
  kept: KeptNotification[];
  /** The place of the last one that was looked at; null when the stretch ended. */
  last: bigint | null;
}

/** At most `count` notifications of a stretch; fewer, with a place to go on at, where posts were deleted or are muted. */
export async function selectNotifications(
  sql: Reads,
  { followedOnly, id }: Reader,
  kinds: readonly NotificationKind[],
  { low, high, order }: Stretch,
  count: number,
): Promise<Selected> {
  if (kinds.length === 0 || high - low <= 1n) return { kept: [], last: null };
  const { rows } = await sql.query<Row>({
    ...statements[order],
    values: [id, textArray(followedOnly), textArray(kinds), low, high, count],
  });
  const last = rows.length < count ? null : (rows.at(-1)?.place ?? null);
  return { kept: rows.flatMap(keptOf), last };
}

/** Some of a reader's notifications by their ids; those of deleted and muted posts are left out. */
export async function selectById(
  sql: Reads,
  { followedOnly, id }: Reader,
  ids: readonly bigint[],
): Promise<KeptNotification[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<Row>({
    ...statements.byId,
    values: [id, textArray(followedOnly), idArray(ids)],
  });
  return rows.flatMap(keptOf);
}

function keptOf(row: Row): KeptNotification[] {
  if (row.is_gone || row.actor_count <= 0 || row.actor_ids === null) return [];
  const actors = row.actor_ids.map((id, index) => ({
    id,
    visibility: row.visibilities?.[index] ?? null,
    isMentioned: row.mentions?.[index] ?? false,
  }));
  return [
    {
      id: row.id,
      kind: row.kind,
      postId: row.post_id === 0n ? null : row.post_id,
      place: row.place,
      actorCount: row.actor_count,
      actors,
      grewAt: row.grew_at,
    },
  ];
}
