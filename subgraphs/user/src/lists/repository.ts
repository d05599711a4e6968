import type { PageRequest } from '@murmuration/service-kit/subgraph';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { anonymousViewer } from '@murmuration/relationships';
import { isHidden } from '../accounts/hidden.ts';
import { type ListKind, type ListRow, ownLists } from './list.ts';

/** Where each list is kept; `owner` and `member` are columns, `kept` says which rows still hold. */
const sources: Record<
  Exclude<ListKind, 'knownFollowers'>,
  { table: string; owner: string; member: string; kept: string }
> = {
  followers: { table: 'follow', owner: 'followee_id', member: 'follower_id', kept: `state = 'active'` },
  following: { table: 'follow', owner: 'follower_id', member: 'followee_id', kept: `state = 'active'` },
  followRequests: {
    table: 'follow',
    owner: 'followee_id',
    member: 'follower_id',
    kept: `state = 'requested'`,
  },
  blockedUsers: { table: 'block', owner: 'blocker_id', member: 'blocked_id', kept: 'active' },
  mutedUsers: { table: 'mute', owner: 'muter_id', member: 'muted_id', kept: 'active' },
};

interface ListQuery {
  viewerId: bigint | null;
  request: PageRequest;
}

/** One page of each owner's list, in one statement. */
export function readLists(
  database: UserDatabase,
  { kind, ...query }: ListQuery & { kind: ListKind },
): Promise<ListRow[]> {
  return kind === 'knownFollowers' ? readKnown(database, query) : readKept(database, { kind, ...query });
}

/**
 * Who does not exist for the viewer is left out here and not afterwards, so that pages stay full; but nobody is left out
 * of lists of one's own doing.
 *
 * The owner is bounded by comparing rows instead of by `=`: the planner would take every owner for an
 * average one, with a handful of followers, and sort all of a celebrity's (seen, 20,000 followers: 35 ms a
 * page, this way 0.8 ms). A range it reads in the index's order and stops.
 */
function readKept(
  database: UserDatabase,
  query: ListQuery & { kind: Exclude<ListKind, 'knownFollowers'> },
): Promise<ListRow[]> {
  const { request, viewerId } = query;
  const source = sources[query.kind];
  const owner = Prisma.raw(`l.${source.owner}`);
  const member = Prisma.raw(`l.${source.member}`);
  const visible = ownLists.has(query.kind) ? Prisma.empty : existing(member, viewerId);
  const order = Prisma.raw(request.direction);
  return database.$queryRaw<ListRow[]>`
    SELECT asked.ordinal, m.member AS "memberId", m.handle, m.id AS key
    FROM ${askedFor(request)}
    CROSS JOIN LATERAL (
      SELECT l.id, ${member} AS member, a.handle
      FROM ${Prisma.raw(source.table)} l JOIN account a ON a.id = ${member}
      WHERE l.${Prisma.raw(source.kept)}
        AND (${owner}, l.id) < (asked.id, asked.high) AND (${owner}, l.id) > (asked.id, asked.low)
        ${visible}
      ORDER BY ${owner} ${order}, l.id ${order} LIMIT ${request.limit}
    ) m
    ORDER BY asked.ordinal, m.id ${order}`;
}

export const knownLimits = {
  /** People whom the viewer follows among whom we look: more than one may follow, so only who was brought in follows more. */
  followees: 10_000,
} as const;

/**
 * From the smaller side of each pair, so that a list costs as many looks as the viewer follows people at most, and for most
 * people as many as they have followers; the other side is never run. Of the viewer's followees each is a look by the primary
 * key, behind a fence (`OFFSET 0`): the planner would take every owner for an average one and read all of a celebrity's
 * followers instead. Sorted before it is asked who exists, that is asked of a page and not of all.
 */
function readKnown(database: UserDatabase, { request, viewerId }: ListQuery): Promise<ListRow[]> {
  const order = Prisma.raw(request.direction);
  return database.$queryRaw<ListRow[]>`
    WITH mine AS MATERIALIZED (
      SELECT followee_id AS id FROM follow WHERE follower_id = ${viewerId ?? anonymousViewer} AND state = 'active'
      ORDER BY follow.id DESC LIMIT ${knownLimits.followees}
    ), mine_size AS MATERIALIZED (SELECT count(*) AS size FROM mine)
    SELECT asked.ordinal, m.member AS "memberId", m.handle, m.id AS key
    FROM ${askedFor(request)}
    CROSS JOIN LATERAL (
      SELECT coalesce((SELECT follower_count FROM account_count WHERE account_id = asked.id), 0)
        + coalesce((SELECT sum(follower_delta) FROM account_count_delta WHERE account_id = asked.id), 0) AS size
      OFFSET 0
    ) followers
    CROSS JOIN LATERAL (
      SELECT known.id, known.member, a.handle FROM (
        SELECT id, member FROM (
          SELECT l.id, l.follower_id AS member FROM (
            SELECT id, follower_id, state FROM follow
            WHERE follower_id = ANY (ARRAY(SELECT id FROM mine)) AND followee_id = asked.id OFFSET 0) l
          WHERE l.state = 'active' AND followers.size >= (SELECT size FROM mine_size)
          UNION ALL
          SELECT l.id, l.follower_id FROM follow l
          WHERE l.followee_id = asked.id AND l.state = 'active' AND l.follower_id IN (SELECT id FROM mine)
            AND followers.size < (SELECT size FROM mine_size)
        ) sides
        WHERE id < asked.high AND id > asked.low ORDER BY id ${order}
      ) known
      CROSS JOIN LATERAL (
        SELECT handle, suspended_at, deactivated_at FROM account WHERE id = known.member LIMIT 1) a
      WHERE true ${existing(Prisma.raw('known.member'), viewerId)}
      ORDER BY known.id ${order} LIMIT ${request.limit}
    ) m
    ORDER BY asked.ordinal, m.id ${order}`;
}

/** The lists that are asked for, each with its bounds. */
function askedFor({ highs, lows, owners }: PageRequest): Prisma.Sql {
  return Prisma.sql`unnest(${owners}::bigint[], ${lows}::bigint[], ${highs}::bigint[])
      WITH ORDINALITY AS asked (id, low, high, ordinal)`;
}

/** Who exists for the viewer, of accounts joined as `a`. */
function existing(member: Prisma.Sql, viewerId: bigint | null): Prisma.Sql {
  return Prisma.sql`AND NOT ${Prisma.raw(isHidden('a.'))} AND NOT EXISTS (SELECT FROM block b WHERE b.active
        AND b.blocker_id = ${member} AND b.blocked_id = ${viewerId ?? anonymousViewer})`;
}
