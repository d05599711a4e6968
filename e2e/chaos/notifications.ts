import type { Member } from '@murmuration/testing';
import type { TruthSource } from './truth.ts';

/** Who should be told what of whom, by the owners: of posts that live, as `recipient kind object actor`. */
const owed = {
  user: `SELECT followee_id || ' follow 0 ' || follower_id AS act FROM follow WHERE state = 'active'`,
  post: `SELECT p.author_id || ' like ' || p.id || ' ' || l.user_id AS act
    FROM post_like l JOIN post p ON p.id = l.post_id AND p.deleted_at IS NULL WHERE l.active AND l.user_id <> p.author_id
    UNION ALL
    SELECT p.author_id || ' repost ' || p.id || ' ' || r.author_id
    FROM repost r JOIN post p ON p.id = r.original_id AND p.deleted_at IS NULL WHERE r.active AND r.author_id <> p.author_id
    UNION ALL
    SELECT r.id || ' ' || r.kind || ' ' || p.id || ' ' || p.author_id
    FROM post p CROSS JOIN LATERAL (
      SELECT DISTINCT ON (id) id, kind FROM (
        SELECT p.reply_to_author_id AS id, 'reply' AS kind, 1 AS nearness
        UNION ALL SELECT q.author_id, 'quote', 2 FROM post q WHERE q.id = p.quoted_id
        UNION ALL SELECT mentioned, 'mention', 3 FROM unnest(p.mentioned_ids) AS mentioned) reasons
      WHERE id <> p.author_id ORDER BY id, nearness) r
    WHERE p.deleted_at IS NULL
    UNION ALL
    SELECT v.voter_id || ' poll ' || v.post_id || ' ' || p.author_id
    FROM poll q JOIN poll_vote v ON v.post_id = q.post_id JOIN post p ON p.id = q.post_id AND p.deleted_at IS NULL
    WHERE q.ends_at <= clock_timestamp()`,
};

const told = `SELECT a.recipient_id || ' ' || a.kind || ' ' || a.object_id || ' ' || a.actor_id AS act
  FROM notification_act a JOIN notification n ON n.id = a.notification_id AND n.recipient_id = a.recipient_id
  LEFT JOIN post_ref p ON p.id = a.object_id
  WHERE a.active AND NOT coalesce(p.is_deleted, false)`;

/** Notifications that do not count those who did it. */
const miscounted = `SELECT n.id::text AS act FROM notification n WHERE n.actor_count <>
  (SELECT count(*) FROM notification_act a WHERE a.notification_id = n.id AND a.active)`;

/** What is owed and was not told, or told and not owed; each is there once by its key. Empty when all is well. */
export async function wrongNotifications({ user, post, timeline }: TruthSource): Promise<string[]> {
  const acts = async (client: TruthSource['user'], sql: string) =>
    new Set((await client.query<{ act: string }>(sql)).rows.map(({ act }) => act));
  const [ofUser, ofPost, there, counts] = await Promise.all([
    acts(user, owed.user),
    acts(post, owed.post),
    acts(timeline, told),
    acts(timeline, miscounted),
  ]);
  const expected = ofUser.union(ofPost);
  return [
    ...[...expected.difference(there)].map((act) => `never told: ${act}`),
    ...[...there.difference(expected)].map((act) => `told in vain: ${act}`),
    ...[...counts].map((id) => `notification ${id} does not count its acts`),
  ];
}

const page = `query ($after: String) { viewer { unreadNotificationCount notifications(first: 50, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id isUnread } } } } }`;

interface Answer {
  viewer: {
    unreadNotificationCount: number | null;
    notifications: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      edges: { node: { id: string; isUnread: boolean } | null }[];
    };
  };
}

/** Whether each is on a member's pages once, and those that are unread are as many as is said. */
export async function wrongPages(member: Member): Promise<string[]> {
  const ids: string[] = [];
  let unread = 0;
  let said: number | null = null;
  for (let after: string | null = null; ; ) {
    const answer: Answer = await member.ask<Answer>(page, { after });
    said ??= answer.viewer.unreadNotificationCount;
    const { edges, pageInfo }: Answer['viewer']['notifications'] = answer.viewer.notifications;
    for (const { node } of edges) {
      ids.push(node?.id ?? 'nothing');
      if (node?.isUnread) unread++;
    }
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  const wrong = new Set(ids).size === ids.length ? [] : [`${member.handle} meets a notification twice`];
  const isCounted = said === Math.min(unread, 100);
  return isCounted ? wrong : [...wrong, `${member.handle} has ${unread} unread, and is told ${said}`];
}
