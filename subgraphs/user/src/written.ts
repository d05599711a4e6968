import { writtenAtSql } from '@murmuration/events';
import { Prisma } from '@murmuration/prisma/user';

/** Ends the CTE `events` of a mutation's statement, so that {@link writtenAt} can be selected beside it. */
export const returningPlace = Prisma.sql`RETURNING xid, id`;

/** Where a mutation's statement wrote its event; null when it changed nothing. */
export const writtenAt = Prisma.raw(writtenAtSql('events'));
