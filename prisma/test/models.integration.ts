import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { applyMigrations, everyDatabase, ensureDatabase, newMigration } from '../src/index.ts';
import { databaseFolder } from '../src/migrations.ts';
import { differencesOf } from '../src/models/difference.ts';
import { readModels } from '../src/models/read-models.ts';
import { readTables } from '../src/models/read-tables.ts';
import { servers } from './servers.ts';

function emptyDatabaseUrl(): string {
  const url = new URL(servers().postgresUrl);
  url.pathname = `/models_${randomBytes(6).toString('hex')}`;
  return url.href;
}

describe.each(everyDatabase)('the models of %s', (database) => {
  const url = emptyDatabaseUrl();
  const client = new pg.Client({ connectionString: url });

  beforeAll(async () => {
    await ensureDatabase(url);
    await applyMigrations({ database, url });
    await client.connect();
  });
  afterAll(() => client.end());

  it('are the tables of its migrations, with columns, keys and indexes', async () => {
    const schema = await readFile(path.join(databaseFolder(database), 'schema.prisma'), 'utf8');
    const models = readModels(schema);
    const tables = await readTables(client);
    expect(models.size).toBeGreaterThan(0);
    expect(differencesOf(models, tables)).toEqual([]);
  });
});

describe('a new migration', () => {
  /** The user database's folder, with a schema file that says something else. */
  async function changed(change: (schema: string) => string) {
    const folder = await mkdtemp(path.join(tmpdir(), 'new-migration-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(databaseFolder('user'), folder, { recursive: true });
    const file = path.join(folder, 'schema.prisma');
    const schema = await readFile(file, 'utf8');
    expect(change(schema)).not.toBe(schema);
    await writeFile(file, change(schema));
    const before = await readdir(path.join(folder, 'migrations'));
    const make = (name: string) =>
      newMigration({ database: 'user', name, folder, url: emptyDatabaseUrl(), now: new Date(0) });
    const added = async () =>
      (await readdir(path.join(folder, 'migrations'))).filter((name) => !before.includes(name));
    return { make, added, folder };
  }

  it('is made of what the schema file says and the migrations do not', async () => {
    const { make, added } = await changed(
      (schema) =>
        `${schema.replace(/(model Account \{\n)/, '$1  pronouns String @default("")\n  pronounsSetAt DateTime? @map("pronouns_set_at") @db.Timestamptz(3)\n  @@index([pronouns])\n')}
model Badge {
  id        BigInt @id @default(dbgenerated("next_id()"))
  accountId BigInt @map("account_id")
  words     String[] @default([])

  @@unique([accountId])
  @@map("badge")
}
`,
    );
    const folders = await make('add_pronouns');
    expect(await added()).toEqual(folders.map((folder) => path.basename(folder)));
    const [changes, index] = await Promise.all(
      folders.map((folder) => readFile(path.join(folder, 'migration.sql'), 'utf8')),
    );
    expect(changes).toBe(`-- Add pronouns.
ALTER TABLE account ADD COLUMN pronouns text NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN pronouns_set_at timestamptz(3);
CREATE TABLE badge (
  id bigint NOT NULL DEFAULT next_id(),
  account_id bigint NOT NULL,
  words text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX badge_account_id_key ON badge (account_id);
`);
    expect(index).toBe(`-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_pronouns_idx ON account (pronouns)
`);
    await expect(make('again')).rejects.toThrow('Change it first');
  });

  it('is left to people where it depends on what is stored, and then nothing is written', async () => {
    const { make, added, folder } = await changed((schema) =>
      schema
        .replace(/(model Account \{\n)/, '$1  pronouns String\n')
        .replace('currentNumber Int ', 'currentNumber BigInt '),
    );
    await expect(make('add_pronouns')).rejects.toThrow(
      /account\.pronouns must have a value[\s\S]*session\.current_number is int4 and is to be int8/,
    );
    await expect(make('Add pronouns')).rejects.toThrow('is no name of a migration');
    expect(await added()).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
