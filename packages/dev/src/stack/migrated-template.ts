import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { databaseNames, readMigrations } from '@murmuration/prisma';
import { startPostgres } from '../provision/postgres.ts';
import { postgresHome } from '../provision/postgres-binaries.ts';
import type { ClusterTemplate } from '../provision/postgres-cluster.ts';
import { dataHome, postgresOwner } from '../provision/postgres-owner.ts';
import { makeScratchFolder, removeScratchFolder } from '../provision/scratch.ts';
import { repositoryRoot } from '../repository.ts';
import { migrateAll, urlsOf } from './stores.ts';

const cache = path.join(repositoryRoot, 'node_modules/.cache/postgres');

/**
 * A cluster with the platform's databases at their newest migration, to be copied by stacks that live for minutes: making
 * and migrating one takes seconds of a core. Made once for the migrations as they are, and kept.
 */
export async function migratedTemplate(): Promise<ClusterTemplate> {
  const folder = path.join(cache, await nameOfMigrations());
  const template = { data: path.join(folder, 'data'), passwordFile: path.join(folder, 'postgres.password') };
  if (!existsSync(folder)) await make(folder);
  return template;
}

async function make(folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  const stateFolder = await makeScratchFolder();
  try {
    const postgres = await startPostgres({ stateFolder, settings: { fsync: 'off' } });
    await migrateAll(urlsOf(postgres));
    await postgres.stop();
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    const data = path.join(dataHome(stateFolder, postgresOwner()), 'data');
    execFileSync('cp', ['-a', data, path.join(partial, 'data')], { stdio: 'pipe' });
    copyFileSync(path.join(stateFolder, 'postgres.password'), path.join(partial, 'postgres.password'));
    forgetOthers(partial);
    renameSync(partial, folder);
  } catch (error) {
    // Another one was quicker: its template is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
    await removeScratchFolder(stateFolder);
  }
}

/** Those of earlier migrations; what others are making is theirs. */
function forgetOthers(partial: string): void {
  for (const name of readdirSync(cache)) {
    if (!name.includes('.') && !partial.includes(name))
      rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}

async function nameOfMigrations(): Promise<string> {
  const hash = createHash('sha256').update(postgresHome());
  for (const database of databaseNames)
    for (const { checksum, name } of await readMigrations(database))
      hash.update(`${database}/${name}/${checksum}`);
  return hash.digest('hex').slice(0, 16);
}
