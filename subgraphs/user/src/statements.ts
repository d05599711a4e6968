import type { UserDatabase, UserTransaction } from '@murmuration/prisma/user';
import { retryConflicts } from '@murmuration/service-kit';

/** What runs statements: the database, or a transaction. */
export type Statements = Pick<UserDatabase, '$queryRaw' | '$executeRaw'>;

/** Runs several statements as one transaction, and again when the server ended it in favour of another one. */
export function transact<Result>(
  database: UserDatabase,
  work: (transaction: UserTransaction) => Promise<Result>,
): Promise<Result> {
  return retryConflicts(() => database.$transaction(work));
}
