import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { maySeeProfile } from '@murmuration/relationships';
import { relationColumn, relationJoins } from '../relations/relation-sql.ts';
import type { Person, PersonCounts } from './person.ts';

/** Those of the people that exist for the viewer, with what the two are to each other, in one statement. */
async function findPeople(
  database: UserDatabase,
  viewerId: bigint | null,
  condition: Prisma.Sql,
): Promise<Person[]> {
  const rows = await database.$queryRaw<Omit<Person, '__typename'>[]>`
    SELECT a.id, a.handle, a.display_name AS "displayName", a.bio, a.is_private AS "isPrivate",
      a.created_at AS "createdAt", ${relationColumn(viewerId)} AS relation,
      coalesce(back.state = 'requested', false) AS "hasIncomingRequest"
    FROM account a ${relationJoins(viewerId)} WHERE ${condition}`;
  return rows.flatMap((row) => (maySeeProfile(row.relation) ? { __typename: 'User' as const, ...row } : []));
}

export function findPeopleById(database: UserDatabase, viewerId: bigint | null, ids: bigint[]) {
  return findPeople(database, viewerId, Prisma.sql`a.id = ANY (${ids}::bigint[])`);
}

/** @param handles in lower case */
export function findPeopleByHandle(database: UserDatabase, viewerId: bigint | null, handles: string[]) {
  return findPeople(database, viewerId, Prisma.sql`lower(a.handle) = ANY (${handles}::text[])`);
}

/** Base plus what came since, in one statement: the roll-up moves deltas in one transaction, so none counts twice. */
export async function countPeople(database: UserDatabase, ids: bigint[]): Promise<PersonCounts[]> {
  return database.$queryRaw<PersonCounts[]>`
    SELECT a.id, (coalesce(max(c.follower_count), 0) + coalesce(sum(d.follower_delta), 0))::int AS "followerCount",
      (coalesce(max(c.following_count), 0) + coalesce(sum(d.following_delta), 0))::int AS "followingCount"
    FROM unnest(${ids}::bigint[]) AS a (id)
    LEFT JOIN account_count c ON c.account_id = a.id
    LEFT JOIN account_count_delta d ON d.account_id = a.id
    GROUP BY a.id`;
}
