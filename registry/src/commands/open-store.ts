import { resolve } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { fileStore } from '../store/file-store.ts';
import type { Store } from '../store/store.ts';

/** The store of this repository; a folder given by hand is relative to where the person stands. */
export async function openStore({ config, root }: LoadedConfig, given?: string): Promise<Store> {
  return fileStore(given ? resolve(given) : resolve(root, config.store));
}
