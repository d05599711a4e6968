import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { emailKeyOf } from '../accounts/repository.ts';
import { eventsOf } from '../outbox-sql.ts';

/** Rows of one statement at most; the feed's horizon is held only as long as a batch takes. */
export const importBatchSize = 2_000;

/** An account as it comes from elsewhere, with an id made in code (`idAt(ms) + n`, at most 1,024 a millisecond). */
export interface ImportedAccount {
  id: bigint;
  handle: string;
  email: string;
  passwordHash: string;
  displayName: string;
  bio: string;
  isPrivate: boolean;
}

export interface ImportedFollow {
  /** When it began; the sort key of the lists. */
  id: bigint;
  followerId: bigint;
  followeeId: bigint;
}

const accountsStatement = (rows: string) => Prisma.sql`
  WITH imported AS (
    INSERT INTO account (id, handle, email, email_key, password_hash, display_name, bio, is_private, created_at)
    SELECT id, handle, email, email_key, password_hash, display_name, bio, is_private,
      to_timestamp(((id >> 22) + 1735689600000) / 1000.0)
    FROM jsonb_to_recordset(${rows}::jsonb) AS r(id bigint, handle text, email text, email_key text,
      password_hash text, display_name text, bio text, is_private boolean)
    RETURNING *
  ) ${eventsOf('account', 'imported')}`;

const followsStatement = (rows: string) => Prisma.sql`
  WITH imported AS (
    INSERT INTO follow (follower_id, followee_id, id, state)
    SELECT follower_id, followee_id, id, 'active'
    FROM jsonb_to_recordset(${rows}::jsonb) AS r(id bigint, follower_id bigint, followee_id bigint)
    ON CONFLICT (follower_id, followee_id) DO NOTHING
    RETURNING *
  ), counted AS (
    INSERT INTO account_count_delta (account_id, follower_delta, following_delta)
    SELECT account_id, sum(followers), sum(following) FROM (
      SELECT followee_id AS account_id, 1 AS followers, 0 AS following FROM imported
      UNION ALL SELECT follower_id, 0, 1 FROM imported) AS sides
    GROUP BY account_id
  ) ${eventsOf('follow', 'imported')}`;

/** Brings in many people and follows at once, with the events and counters that one by one would have made. */
export interface ImportService {
  /** @throws when a handle or an address is taken: the batch then changed nothing */
  importAccounts(accounts: readonly ImportedAccount[]): Promise<void>;
  /** Follows that exist already, in whatever state, stay as they are. */
  importFollows(follows: readonly ImportedFollow[]): Promise<void>;
}

export function createImportService(database: UserDatabase): ImportService {
  const run = async (statement: (rows: string) => Prisma.Sql, rows: object[]) => {
    for (let start = 0; start < rows.length; start += importBatchSize) {
      await database.$executeRaw(statement(JSON.stringify(rows.slice(start, start + importBatchSize))));
    }
  };
  return {
    importAccounts: (accounts) =>
      run(
        accountsStatement,
        accounts.map((account) => ({
          id: account.id.toString(),
          handle: account.handle,
          email: account.email,
          email_key: emailKeyOf(account.email),
          password_hash: account.passwordHash,
          display_name: account.displayName,
          bio: account.bio,
          is_private: account.isPrivate,
        })),
      ),
    importFollows: (follows) =>
      run(
        followsStatement,
        follows.map((follow) => ({
          id: follow.id.toString(),
          follower_id: follow.followerId.toString(),
          followee_id: follow.followeeId.toString(),
        })),
      ),
  };
}
