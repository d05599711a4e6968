import { writtenAtSql } from '@murmuration/events';
import { type PostDatabase, Prisma } from '@murmuration/prisma/post';
import { retryConflicts } from '@murmuration/service-kit';

/** Ends the CTE `published` of a mutation's statement, so that {@link writtenAt} can be selected beside it. */
export const returningPlace = Prisma.sql`RETURNING xid, id`;

/** Where a mutation's statement wrote its event; null when it changed nothing. */
export const writtenAt = Prisma.raw(writtenAtSql('published'));

/**
 * Runs a mutation's one statement, which is its transaction: again when the server ended it in favour of another one.
 * @param name of the statement, whose text must always be the same: a connection plans it once under that
 */
export function write<Row extends object>(
  database: PostDatabase,
  name: string,
  statement: Prisma.Sql,
): Promise<Row[]> {
  return retryConflicts(() => database.$writes.query<Row>({ name, text: statement.text }, statement.values));
}
