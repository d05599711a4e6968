import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readLivePid, reap, writePidFile } from './pid-file.ts';
import { dataHome, postgresOwner } from './postgres-owner.ts';

const ownerFile = 'owner.pid';

/**
 * A state folder for servers that live no longer than this process. Whatever an earlier, killed owner left
 * running in a folder of its own is ended and removed first.
 */
export async function makeScratchFolder(): Promise<string> {
  const parent = path.join(tmpdir(), 'murmuration-scratch');
  mkdirSync(parent, { recursive: true });
  await Promise.all(readdirSync(parent).map((name) => removeAbandoned(path.join(parent, name))));
  const folder = mkdtempSync(path.join(parent, 'run-'));
  writePidFile(path.join(folder, ownerFile), process.pid);
  return folder;
}

/** Ends every process that has a pid file in the folder, except this one and the folder's owner. */
export async function reapServers(folder: string): Promise<void> {
  const pidFiles = readdirSync(folder).filter((name) => name.endsWith('.pid') && name !== ownerFile);
  const others = pidFiles
    .map((name) => path.join(folder, name))
    .filter((file) => readLivePid(file) !== process.pid);
  await Promise.all(others.map((file) => reap(file, ['SIGINT'], 5_000)));
}

/** Removes a state folder, wherever its data lie. */
export async function removeScratchFolder(folder: string): Promise<void> {
  await reapServers(folder);
  rmSync(dataHome(folder, postgresOwner()), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

async function removeAbandoned(folder: string): Promise<void> {
  const owner = path.join(folder, ownerFile);
  // Without the file its owner is just making it.
  if (!existsSync(owner) || readLivePid(owner) !== undefined) return;
  try {
    await removeScratchFolder(folder);
  } catch (error) {
    // Another process that begins finds the same folders, and the two remove them from under each other.
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
