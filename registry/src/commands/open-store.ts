import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { badInput, couldNotRun } from '../refusal.ts';
import { remoteStore } from '../remote/remote-store.ts';
import { remoteOf, type StoreOptions } from '../remote/where.ts';
import { fileStore } from '../store/file-store.ts';
import type { Store } from '../store/store.ts';

/** The store that has to be there: an empty answer of a folder that nobody made would look like a first day. */
export async function openStore(loaded: LoadedConfig, options: StoreOptions = {}): Promise<Store> {
  const remote = remoteOf(options, loaded);
  if (remote) return remoteStore(remote);
  const given = options.store;
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
export async function openSideStore(loaded: LoadedConfig, options: StoreOptions = {}): Promise<Store> {
  const isOwnFolder = options.store === undefined && remoteOf(options, loaded) === undefined;
  return isOwnFolder ? fileStore(folderOf(loaded)) : openStore(loaded, options);
}

/** The store that the first publication makes; one with versions is refused, for then it is not the first. */
export async function beginStore(loaded: LoadedConfig, options: StoreOptions = {}): Promise<Store> {
  const store = fileStore(folderOf(loaded, options.store));
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
