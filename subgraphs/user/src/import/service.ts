import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { columnsOf, emailKeyOf } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
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
    INSERT INTO account (id, handle, email, email_key, email_sealed, email_digest, email_keys, password_hash, display_name,
      bio, is_private, created_at)
    SELECT id, handle, email, email_key, decode(email_sealed, 'hex'), decode(email_digest, 'hex'), email_keys, password_hash, display_name, bio, is_private,
      to_timestamp(((id >> 22) + 1735689600000) / 1000.0)
    FROM jsonb_to_recordset(${rows}::jsonb) AS r(id bigint, handle text, email text, email_key text, email_sealed text,
      email_digest text, email_keys text, password_hash text, display_name text, bio text, is_private boolean)
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

/** @param addresses left out, addresses are written in clear, as versions of before did: a chore of `user` seals them */
export function createImportService(database: UserDatabase, addresses?: Addresses): ImportService {
  const run = async <Row>(
    statement: (rows: string) => Prisma.Sql,
    rows: readonly Row[],
    columns: (row: Row) => object | Promise<object>,
  ) => {
    for (let start = 0; start < rows.length; start += importBatchSize) {
      const batch = await Promise.all(rows.slice(start, start + importBatchSize).map(columns));
      await database.$executeRaw(statement(JSON.stringify(batch)));
    }
  };
  const addressOf = async ({ email, id }: ImportedAccount) => {
    if (!addresses) return { email, email_key: emailKeyOf(email) };
    const { email_digest, email_sealed, ...columns } = columnsOf(await addresses.seal(id, email));
    return { ...columns, email_digest: hex(email_digest), email_sealed: hex(email_sealed) };
  };
  return {
    importAccounts: (accounts) =>
      run(accountsStatement, accounts, async (account) => ({
        id: account.id.toString(),
        handle: account.handle,
        ...(await addressOf(account)),
        password_hash: account.passwordHash,
        display_name: account.displayName,
        bio: account.bio,
        is_private: account.isPrivate,
      })),
    importFollows: (follows) =>
      run(followsStatement, follows, (follow) => ({
        id: follow.id.toString(),
        follower_id: follow.followerId.toString(),
        followee_id: follow.followeeId.toString(),
      })),
  };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
