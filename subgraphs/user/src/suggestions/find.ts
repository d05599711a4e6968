import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { isHidden } from '../accounts/hidden.ts';
import { relationJoins } from '../relations/relation-sql.ts';
import { everybody, scoreOfKnown, type SuggestionLimits } from './limits.ts';
import { isSuggestible } from './suggestible.ts';

/**
 * Makes a person's suggestions anew, in one statement: who is followed by those whom they follow. Each of these counts the
 * less the more they follow, and who has many followers anyway needs more of them: both by the logarithm, as Adamic and Adar
 * weigh common neighbours. What it costs is bounded by the limits, however many anybody follows. Only what is different is
 * written. Two at once end at the same.
 */
export async function suggestKnown(
  database: UserDatabase,
  accountId: bigint,
  limits: SuggestionLimits,
): Promise<void> {
  await database.$executeRaw`
    WITH followees AS MATERIALIZED (
      SELECT followee_id AS id FROM follow WHERE follower_id = ${accountId} AND state = 'active'
      ORDER BY follow.id DESC LIMIT ${limits.followees}
    ), via AS MATERIALIZED (
      SELECT a.id, 1 / ln(exp(1) + greatest(coalesce(c.following_count, 0), 0)) AS weight
      FROM followees ${accountOf('followees.id')} ${countOf}
      WHERE NOT ${Prisma.raw(isHidden('a.'))}
        AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = ${accountId} AND m.muted_id = a.id AND m.active)
    ), reached AS MATERIALIZED (
      SELECT f.followee_id AS id, sum(via.weight) AS weight
      FROM via CROSS JOIN LATERAL (
        SELECT followee_id FROM follow WHERE follower_id = via.id AND state = 'active'
        ORDER BY id DESC LIMIT ${limits.followeesOfEach}) f
      WHERE NOT EXISTS (SELECT FROM follow mine WHERE mine.follower_id = ${accountId}
        AND mine.followee_id = f.followee_id AND mine.state <> 'removed')
      GROUP BY f.followee_id ORDER BY weight DESC, f.followee_id LIMIT ${limits.candidates}
    ), found AS MATERIALIZED (
      SELECT a.id, ${scoreOfKnown}::bigint
        + (1e6 * r.weight / ln(exp(1) + greatest(coalesce(c.follower_count, 0), 0)))::bigint AS score
      FROM reached r ${accountOf('r.id')} ${countOf}
      ${relationJoins(accountId)}
      WHERE ${isSuggestible(accountId)}
      ORDER BY score DESC, a.id LIMIT ${limits.kept}
    ), ${written(accountId)}`;
}

/**
 * Finds anew whom many began to follow of late, for everybody, among the newest events. A follower counts once for a person, and
 * for a few people only; who is private or hidden is not among them.
 */
export async function suggestPopular(database: UserDatabase, limits: SuggestionLimits): Promise<void> {
  await database.$executeRaw`
    WITH events AS MATERIALIZED (
      SELECT id, aggregatetype, payload FROM outbox
      WHERE id > id_at(now() - ${limits.popularHours}::integer * interval '1 hour')
      ORDER BY id DESC LIMIT ${limits.popularEvents}
    ), newest AS MATERIALIZED (
      SELECT max(id) AS id, (payload->>'followerId')::bigint AS follower_id, (payload->>'followeeId')::bigint AS followee_id
      FROM events WHERE aggregatetype = 'follow' GROUP BY 2, 3
    ), counted AS MATERIALIZED (
      SELECT followee_id, count(*) AS followers FROM (
        SELECT n.followee_id, row_number() OVER (PARTITION BY n.follower_id ORDER BY n.id DESC) AS place
        FROM newest n CROSS JOIN LATERAL (SELECT state FROM follow f
          WHERE f.follower_id = n.follower_id AND f.followee_id = n.followee_id LIMIT 1) f
        WHERE f.state = 'active') each
      WHERE place <= ${limits.popularOfEach} GROUP BY followee_id
    ), found AS MATERIALIZED (
      SELECT a.id, least(c.followers, ${scoreOfKnown}::bigint - 1) AS score
      FROM counted c ${accountOf('c.followee_id')}
      WHERE c.followers >= ${limits.popularFollowers} AND NOT a.is_private AND NOT ${Prisma.raw(isHidden('a.'))}
      ORDER BY score DESC, a.id LIMIT ${limits.kept}
    ), ${written(everybody)}`;
}

/** Joins one row by its key; the limit keeps the planner from joining whole tables where a few look-ups do. */
function accountOf(id: string): Prisma.Sql {
  return Prisma.raw(`CROSS JOIN LATERAL (SELECT * FROM account WHERE account.id = ${id} LIMIT 1) a`);
}
const countOf = Prisma.raw(
  'LEFT JOIN LATERAL (SELECT * FROM account_count WHERE account_id = a.id LIMIT 1) c ON true',
);

/** The end of a statement that has found whom to suggest, as `found`. */
function written(accountId: bigint): Prisma.Sql {
  return Prisma.sql`gone AS (
      DELETE FROM suggestion s WHERE s.account_id = ${accountId}
        AND NOT EXISTS (SELECT FROM found WHERE found.id = s.suggested_id)
    ), kept AS (
      INSERT INTO suggestion AS s (account_id, suggested_id, score)
      SELECT ${accountId}::bigint, id, score FROM found ORDER BY id
      ON CONFLICT (account_id, suggested_id) DO UPDATE SET score = excluded.score WHERE s.score <> excluded.score
    )
    UPDATE suggestion_reader SET made_at = clock_timestamp() WHERE account_id = ${accountId}`;
}
