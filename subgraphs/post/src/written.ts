import { writtenAtSql } from '@murmuration/events';
import { Prisma } from '@murmuration/prisma/post';
import type { Context } from './context.ts';

/** Ends the CTE `published` of a mutation's statement, so that {@link writtenAt} can be selected beside it. */
export const returningPlace = Prisma.sql`RETURNING xid, id`;

/** Where a mutation's statement wrote its event; null when it changed nothing. */
export const writtenAt = Prisma.raw(writtenAtSql('published'));

/** After the commit: wakes the readers of the feed, and tells the client where to find its write there. */
export function hasWritten({ services, ...context }: Context, place: string): void {
  services.hint();
  services.tellPosition(context, place);
}
