import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import type { Logger } from '@murmuration/service-kit';
import { type Statements, transact } from '../statements.ts';
import { columnsOf, type SealedAddress, type StoredAddress, storedAddress } from './address.ts';
import type { Addresses } from './addresses.ts';
import { WrongKeys } from './wrong-keys.ts';

export const resealLimits = {
  /** Rows of one transaction, so that it locks none for long. */
  rowsAtOnce: 200,
  /** Transactions in one run; what is left is for the next. */
  transactions: 100,
  /** Addresses that cannot be opened are left as they are. More than so many in one run are no accident. */
  brokenRows: 100,
} as const;

export type ResealLimits = { [Name in keyof typeof resealLimits]: number };
type Table = 'account' | 'mail';

/** Whose an address is, and what tells that it stands there in clear: both by an index. */
const tables = {
  account: { owner: 'id', clear: 'email_key' },
  mail: { owner: 'account_id', clear: 'lower(email)' },
} as const;

/** Rows that are not as they should be, each kind in words and an order that an index has. */
function faultsOf(table: Table, { isInClear, keys }: Addresses): Prisma.Sql[] {
  const { clear } = tables[table];
  return [
    Prisma.raw(`${clear} IS ${isInClear ? 'NULL' : 'NOT NULL'} ORDER BY ${clear}`),
    Prisma.raw('email_keys IS NULL ORDER BY email_keys'),
    Prisma.sql`email_keys < ${keys} ORDER BY email_keys`,
    Prisma.sql`email_keys > ${keys} ORDER BY email_keys`,
  ];
}

/**
 * Seals and indexes by the present keys every address that is in clear, or that other keys sealed or indexed, so that these
 * can be forgotten; and takes away what stands in clear, or, while versions of before run, puts it there. Rows say
 * themselves what is left of it: whoever dies in between has others, or the next run, go on.
 * @returns how many addresses were made anew
 * @throws WrongKeys having changed nothing
 */
export async function resealAddresses(
  database: UserDatabase,
  addresses: Addresses,
  logger: Logger,
  limits: ResealLimits = resealLimits,
): Promise<number> {
  await addresses.ready();
  let [count, transactions] = [0, 0];
  for (const table of ['account', 'mail'] as const) {
    const broken: bigint[] = [];
    for (const fault of faultsOf(table, addresses)) {
      for (let found = limits.rowsAtOnce; found === limits.rowsAtOnce; transactions++) {
        if (transactions >= limits.transactions) return count;
        const done = await resealSome(database, addresses, { table, fault, broken, limits });
        found = done.found;
        count += done.resealed;
      }
    }
    if (broken.length > 0) logger.error({ table, rows: broken.map(String) }, 'addresses cannot be opened');
  }
  await forgetDigests(database, addresses, limits);
  return count;
}

async function resealSome(
  database: UserDatabase,
  addresses: Addresses,
  what: { table: Table; fault: Prisma.Sql; broken: bigint[]; limits: ResealLimits },
): Promise<{ found: number; resealed: number }> {
  const { broken, fault, limits, table } = what;
  const { owner } = tables[table];
  return transact(database, async (transaction) => {
    const rows = await transaction.$queryRaw<Row[]>`
      SELECT id, ${Prisma.raw(owner)} AS "ownerId", ${storedAddress()} FROM ${Prisma.raw(table)}
      WHERE id <> ALL(${broken}::bigint[]) AND ${fault} LIMIT ${limits.rowsAtOnce} FOR NO KEY UPDATE SKIP LOCKED`;
    const opened = await Promise.all(rows.map((row) => openAndSeal(addresses, row)));
    const sealed = opened.filter((each) => each !== null);
    const lost = rows.filter((_row, place) => opened[place] === null).map(({ id }) => id);
    if (broken.length + lost.length > limits.brokenRows) {
      throw new WrongKeys(`More than ${limits.brokenRows} addresses of "${table}" could not be opened.`);
    }
    await write(transaction, table, sealed);
    broken.push(...lost);
    return { found: rows.length, resealed: sealed.length };
  });
}

interface Row extends StoredAddress {
  id: bigint;
  ownerId: UserId;
}

interface Resealed {
  id: bigint;
  address: SealedAddress;
}

async function openAndSeal(addresses: Addresses, row: Row): Promise<Resealed | null> {
  const text = await addresses.open(row.ownerId, row).catch((error: unknown) => {
    if (error instanceof WrongKeys) return null;
    throw error;
  });
  return text === null ? null : { id: row.id, address: await addresses.seal(row.ownerId, text) };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Behind locks of these rows. */
async function write(statements: Statements, table: Table, sealed: readonly Resealed[]): Promise<void> {
  if (sealed.length === 0) return;
  const rows = sealed.map(({ address, id }) => {
    const { email_digest, email_sealed, ...columns } = columnsOf(address);
    return { id: String(id), ...columns, email_digest: hex(email_digest), email_sealed: hex(email_sealed) };
  });
  // By their ids besides: how many rows the text holds the planner cannot know, and reads the whole table for fear of it.
  await statements.$executeRaw`
    UPDATE ${Prisma.raw(table)} t SET email = r.email, email_keys = r.email_keys,
      ${table === 'account' ? Prisma.raw('email_key = r.email_key,') : Prisma.empty}
      email_sealed = decode(r.email_sealed, 'hex'), email_digest = decode(r.email_digest, 'hex')
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r (id bigint, email text, email_key text, email_sealed text, email_digest text, email_keys text)
    WHERE t.id = r.id AND t.id = ANY(${sealed.map(({ id }) => id)}::bigint[])`;
  if (table === 'account') await ownVerified(statements, sealed);
}

/** What another account has as its own already stays that account's. */
async function ownVerified(statements: Statements, sealed: readonly Resealed[]): Promise<void> {
  const digests = sealed.flatMap(({ address, id }) =>
    address.digests.map(({ digest, keyId }) => ({ id: String(id), digest: hex(digest), key_id: keyId })),
  );
  const given = Prisma.sql`jsonb_to_recordset(${JSON.stringify(digests)}::jsonb) AS r (id bigint, digest text, key_id text)`;
  await statements.$executeRaw`
    DELETE FROM verified_email v USING account a
    WHERE a.id = ANY(${sealed.map(({ id }) => id)}::bigint[]) AND v.account_id = a.id AND (a.email_verified_at IS NULL
      OR v.digest NOT IN (SELECT decode(r.digest, 'hex') FROM ${given}))`;
  await statements.$executeRaw`
    INSERT INTO verified_email (digest, account_id, key_id)
    SELECT decode(r.digest, 'hex'), r.id, r.key_id FROM ${given} JOIN account a ON a.id = r.id
    WHERE a.email_verified_at IS NOT NULL ORDER BY 1 ON CONFLICT (digest) DO NOTHING`;
}

/** Seals the address of whom a version of before let verify it, so that nobody else does: it has no digest yet. */
export async function resealOwner(statements: Statements, addresses: Addresses, key: string): Promise<void> {
  const rows = await statements.$queryRaw<Row[]>`
    SELECT id, id AS "ownerId", ${storedAddress()} FROM account
    WHERE email_key = ${key} AND email_verified_at IS NOT NULL AND email_keys IS NULL FOR NO KEY UPDATE`;
  const sealed = await Promise.all(rows.map((row) => openAndSeal(addresses, row)));
  await write(
    statements,
    'account',
    sealed.filter((each) => each !== null),
  );
}

/** Takes away what forgotten keys made; what one makes that this process does not know yet is made again. */
async function forgetDigests(
  database: UserDatabase,
  { indexKeyIds }: Addresses,
  { rowsAtOnce, transactions }: ResealLimits,
): Promise<void> {
  for (let statement = 0; statement < transactions; statement++) {
    const gone = await database.$executeRaw`
      DELETE FROM verified_email WHERE digest IN (
        SELECT digest FROM verified_email WHERE key_id <> ALL(${[...indexKeyIds]}) LIMIT ${rowsAtOnce})`;
    if (gone < rowsAtOnce) return;
  }
}
