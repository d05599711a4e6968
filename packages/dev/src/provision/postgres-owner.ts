import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
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
  const isInPlace = !owner || isReachable(path.dirname(stateFolder));
  if (owner && isInPlace) chmodSync(stateFolder, statSync(stateFolder).mode | 0o011);
  return isInPlace ? path.join(stateFolder, 'postgres') : path.join(shelter, nameOf(stateFolder));
}

/** The binaries where the owner may run them: in place, or copied once into the shelter. */
export function reachableBinaries(home: string, owner: Owner | undefined): string {
  if (!owner || isReachable(home)) return home;
  const copy = path.join(shelter, `binaries-${process.arch}-${versionOf(home)}`);
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

/** Makes a folder that the owner may write. */
export function prepareFolder(folder: string, owner: Owner | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (owner) chownSync(folder, owner.uid, owner.gid);
}

/** All checkouts share one copy of one version. */
function versionOf(home: string): string {
  const manifest = readFileSync(path.join(home, '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function nameOf(folder: string): string {
  return createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
}
