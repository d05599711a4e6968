import path from 'node:path';
import { type DatabaseName, everyDatabase, newMigration } from '@murmuration/prisma';
import { startPostgres } from '../provision/postgres.ts';
import { makeScratchFolder, removeScratchFolder } from '../provision/scratch.ts';

/**
 * `pnpm migration new user add_pronouns`: drafts the migrations between a database's schema file and what its migrations
 * make, on a Postgres of its own.
 * @returns the new folders, relative to where one is
 */
export async function makeMigration(database: string, name: string): Promise<string[]> {
  if (!isDatabase(database)) {
    throw new Error(`Unknown database "${database}". Known: ${everyDatabase.join(', ')}.`);
  }
  const stateFolder = await makeScratchFolder();
  try {
    const postgres = await startPostgres({ stateFolder });
    try {
      const folders = await newMigration({ database, name, url: postgres.url('draft') });
      return folders.map((folder) => path.relative(process.cwd(), folder));
    } finally {
      await postgres.stop();
    }
  } finally {
    await removeScratchFolder(stateFolder);
  }
}

function isDatabase(name: string): name is DatabaseName {
  return everyDatabase.some((each) => each === name);
}
