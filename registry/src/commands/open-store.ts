import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { badInput, couldNotRun } from '../refusal.ts';
import { fileStore } from '../store/file-store.ts';
import type { Store } from '../store/store.ts';

/** The store that has to be there: an empty answer of a folder that nobody made would look like a first day. */
export async function openStore(loaded: LoadedConfig, given?: string): Promise<Store> {
  const folder = folderOf(loaded, given);
  if (isFolder(folder)) return fileStore(folder);
  throw couldNotRun(
    `There is no store at ${given ?? loaded.config.store}. Mend --store, or begin one with the first publication: registry publish --init.`,
  );
}

/**
 * A store for what stands beside versions (approvals, usage), which may begin before any is published. A
 * folder given by hand has to be there.
 */
export async function openSideStore(loaded: LoadedConfig, given?: string): Promise<Store> {
  return given === undefined ? fileStore(folderOf(loaded)) : openStore(loaded, given);
}

/** The store that the first publication makes; one with versions is refused, for then it is not the first. */
export async function beginStore(loaded: LoadedConfig, given?: string): Promise<Store> {
  const store = fileStore(folderOf(loaded, given));
  const head = await store.head();
  if (head === undefined) return store;
  throw badInput(`The store has version ${head.id} already; leave out --init.`);
}

/** A folder given by hand is relative to where the person stands. */
function folderOf({ config, root }: LoadedConfig, given?: string): string {
  return given ? resolve(given) : resolve(root, config.store);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
