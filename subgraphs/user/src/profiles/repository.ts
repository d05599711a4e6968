import { idArray, textArray } from '@murmuration/postgres';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { anonymousViewer, maySeeProfile } from '@murmuration/relationships';
import { firstParameter, relationColumn, relationJoins, type ViewerSql } from '../relations/relation-sql.ts';
import type { Person, PersonCounts, PersonOfHandle, View } from './person.ts';

type PersonRow = Omit<Person, '__typename' | 'view'>;

const columns = (viewer: ViewerSql) => Prisma.sql`a.id, a.handle, a.display_name AS "displayName", a.bio,
  a.is_private AS "isPrivate", a.created_at AS "createdAt", ${relationColumn(viewer)} AS relation,
  coalesce(back.state = 'requested', false) AS "hasIncomingRequest"`;

/** Every page of posts asks for its authors: as a raw statement of the ORM this was 2.3 ms of Postgres. */
const peopleById = {
  name: 'people-by-id',
  text: Prisma.sql`SELECT ${columns(firstParameter)} FROM account a ${relationJoins(firstParameter)}
    WHERE a.id = ANY (${Prisma.raw('$2')}::bigint[])`.text,
} as const;

/** Those of the people that exist for the viewer, with what the two are to each other, in one statement. */
export async function findPeopleById(database: UserDatabase, view: View, ids: bigint[]): Promise<Person[]> {
  const values = [view.viewerId ?? anonymousViewer, idArray(ids)];
  return existing(await database.$reads.query<PersonRow>(peopleById, values), view);
}

const peopleByHandle = {
  name: 'people-by-handle',
  text: Prisma.sql`SELECT w.handle AS "foundBy", ${columns(firstParameter)}
    FROM unnest(${Prisma.raw('$2')}::text[]) AS w (handle) JOIN account a ON a.id = handle_owner(w.handle)
    ${relationJoins(firstParameter)}`.text,
} as const;

/** @param handles in lower case */
export async function findPeopleByHandle(
  database: UserDatabase,
  view: View,
  handles: string[],
): Promise<PersonOfHandle[]> {
  const values = [view.viewerId ?? anonymousViewer, textArray(handles)];
  return existing(await database.$reads.query<PersonRow & { foundBy: string }>(peopleByHandle, values), view);
}

function existing<Row extends PersonRow>(rows: readonly Row[], view: View): (Row & Person)[] {
  return rows.flatMap((row) =>
    maySeeProfile(row.relation) ? { __typename: 'User' as const, view, ...row } : [],
  );
}

/** Base plus what came since, in one statement: the roll-up moves deltas in one transaction, so none counts twice. */
const peopleCounts = {
  name: 'people-counts',
  text: `SELECT a.id, (coalesce(base.follower_count, 0) + since.followers)::int AS "followerCount",
      (coalesce(base.following_count, 0) + since.following)::int AS "followingCount"
    FROM unnest($1::bigint[]) AS a (id)
    LEFT JOIN LATERAL (SELECT * FROM account_count c WHERE c.account_id = a.id LIMIT 1) base ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(d.follower_delta), 0) AS followers, coalesce(sum(d.following_delta), 0) AS following
      FROM account_count_delta d WHERE d.account_id = a.id) since`,
} as const;

export function countPeople(database: UserDatabase, ids: bigint[]): Promise<PersonCounts[]> {
  return database.$reads.query(peopleCounts, [idArray(ids)]);
}
