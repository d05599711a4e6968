import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Owner {
  uid: number;
  gid: number;
}

/** Where root keeps what the user postgres must reach when the checkout lies below a closed folder. */
const shelter = '/var/lib/murmuration';

/** The account Postgres runs as: it refuses root, so root starts it as the user postgres (made if missing). */
export function postgresOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return lookUp();
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
    return lookUp();
  }
}

function lookUp(): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** True when every folder on the way lets other users pass. */
export function isReachable(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/**
 * The folder for the data of this state folder: inside it, or in the shelter when the owner could not get
 * there. The name is made of the state folder's path, so the same checkout finds its data again.
 */
export function dataHome(stateFolder: string, owner: Owner | undefined): string {
  const home = path.join(stateFolder, 'postgres');
  if (!owner || isReachable(path.dirname(stateFolder))) {
    if (owner) chmodSync(stateFolder, statSync(stateFolder).mode | 0o011);
    return prepare(home, owner);
  }
  const name = createHash('sha256').update(path.resolve(stateFolder)).digest('hex').slice(0, 16);
  return prepare(path.join(shelter, name), owner);
}

/** The binaries where the owner may run them: in place, or copied once into the shelter. */
export function reachableBinaries(home: string, owner: Owner | undefined): string {
  if (!owner || isReachable(home)) return home;
  const name = createHash('sha256').update(path.resolve(home)).digest('hex').slice(0, 16);
  const copy = path.join(shelter, `binaries-${name}`);
  if (existsSync(copy)) return copy;
  const partial = `${copy}.${process.pid}`;
  mkdirSync(shelter, { recursive: true, mode: 0o755 });
  cpSync(home, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, copy);
  } catch (error) {
    // Another start was quicker: its copy is as good.
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function prepare(folder: string, owner: Owner | undefined): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}
