import { mkdtemp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { DatabaseName } from '../databases.ts';
import { applyMigrations, ensureDatabase } from '../migrate.ts';
import { databaseFolder, readMigrations } from '../migrations.ts';
import { type Difference, differencesOf } from './difference.ts';
import { type Draft, draftMigrations } from './draft.ts';
import { readModels } from './read-models.ts';
import { readTables } from './read-tables.ts';

export interface NewMigrationOptions {
  database: DatabaseName;
  /** What it does, in snake case: `add_pronouns`. */
  name: string;
  /** An empty database that this call may fill: the migrations are run there. */
  url: string;
  /** With `schema.prisma` and `migrations/`; the database's own by default. */
  folder?: string;
  now?: Date;
}

/**
 * Writes the migrations that a database's schema file asks for and its migrations do not make, and proves them: all
 * migrations, run in an empty database, make what the file says.
 * @returns the new folders, oldest first
 * @throws Error when the name is none, when nothing differs, or when somebody has to write it by hand; nothing is written then
 */
export async function newMigration(options: NewMigrationOptions): Promise<string[]> {
  const { database, folder = databaseFolder(options.database), name, url } = options;
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name of a migration. Say what it does in snake case: add_pronouns.`);
  }
  const existing = await readMigrations(database, folder);
  await ensureDatabase(url);
  await applyMigrations({ database, url, migrations: existing });
  const models = readModels(await readFile(path.join(folder, 'schema.prisma'), 'utf8'));
  const differences = await compare(url, models);
  if (differences.length === 0) {
    throw new Error(`prisma/${database}/schema.prisma says what its migrations make. Change it first.`);
  }
  const drafts = draftMigrations(differences);
  const written: string[] = [];
  let last = existing.at(-1)?.name.slice(0, 14) ?? '';
  try {
    for (const draft of drafts) {
      last = nextStamp(last, options.now ?? new Date());
      written.push(await write(folder, `${last}_${[name, draft.suffix].filter(Boolean).join('_')}`, draft));
    }
    await applyMigrations({ database, url, migrations: await readMigrations(database, folder) });
    const left = await compare(url, models);
    if (left.length > 0) throw new Error(`The draft leaves a difference: ${JSON.stringify(left)}`);
    return written;
  } catch (error) {
    for (const each of written) await rm(each, { recursive: true });
    throw error;
  }
}

async function compare(url: string, models: ReturnType<typeof readModels>): Promise<Difference[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return differencesOf(models, await readTables(client));
  } finally {
    await client.end();
  }
}

/** Whole or not at all: the runner reads every folder there is. */
async function write(folder: string, name: string, { sql, suffix }: Draft): Promise<string> {
  const target = path.join(folder, 'migrations', name);
  const half = await mkdtemp(path.join(folder, '.migration-'));
  try {
    const words = name.slice(15).replaceAll('_', ' ');
    const heading = suffix === '' ? `-- ${words[0]?.toUpperCase()}${words.slice(1)}.` : '-- no-transaction';
    await writeFile(path.join(half, 'migration.sql'), `${heading}\n${sql}\n`);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(half, target);
    return target;
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  }
}

/** The moment in UTC, `20261129101530`; behind the last one, whatever the clocks of those who wrote it. */
function nextStamp(last: string, now: Date): string {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  return stamp > last ? stamp : String(BigInt(last) + 1n);
}
