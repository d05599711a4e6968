import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseName } from './databases.ts';

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, hexadecimal, as Prisma writes it. */
  checksum: string;
}

/** Where a database's `schema.prisma` and its migrations are. */
export function databaseFolder(database: DatabaseName): string {
  return fileURLToPath(new URL(`../${database}`, import.meta.url));
}

/** The migrations of one database, oldest first, read from its folder. */
export async function readMigrations(
  database: DatabaseName,
  parent: string = databaseFolder(database),
): Promise<Migration[]> {
  const folder = path.join(parent, 'migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Whether a migration asks, by the comment `-- no-transaction` on a line of its own, to run outside of one.
 * It is then a single statement, and one that may run again: nothing undoes half of it.
 */
export function isOutsideTransaction({ sql }: Migration): boolean {
  return /^-- no-transaction\s*$/m.test(sql);
}
