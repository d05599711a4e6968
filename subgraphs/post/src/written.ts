import { type PositionTeller, writtenAtSql } from '@murmuration/events';
import { type PostDatabase, Prisma } from '@murmuration/prisma/post';
import { retryConflicts } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';

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

/** A request whose domain wakes readers and tells positions. */
interface Writing extends RequestContext {
  services: { hint(): void; tellPosition: PositionTeller };
}

/** After the commit: wakes the readers of the feed, and tells the client where to find its write there. */
export function hasWritten({ services, ...context }: Writing, place: string): void {
  services.hint();
  services.tellPosition(context, place);
}
