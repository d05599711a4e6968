import { changedNames } from '../check.ts';
import { loadConfig } from '../config/load.ts';
import { exitCodes } from '../refusal.ts';
import type { StoreOptions } from '../remote/where.ts';
import { diskFiles } from '../workspace/files.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';
import { say } from './io.ts';
import { openStore } from './open-store.ts';

/** How many versions are read, newest first: what is asked for was published a moment ago. */
const versionsRead = 50;

export type PublishedOptions = StoreOptions;

/** `registry published`: is this workspace a version of the store? A release waits for that. */
export async function runPublished(options: PublishedOptions): Promise<number> {
  const loaded = loadConfig(process.cwd(), options.config);
  const store = await openStore(loaded, options);
  const own = readSubgraphs(loaded.config, diskFiles(loaded.root, loaded.config.limits.fileBytes));
  for (const { id } of (await store.versions({ most: versionsRead })).toReversed()) {
    const version = await store.version(id);
    if (version === undefined || changedNames(version.subgraphs, own).length > 0) continue;
    process.stdout.write(`This workspace is version ${id}.\n`);
    return exitCodes.passed;
  }
  say(`None of the last ${versionsRead} versions is this workspace: it was not published.`);
  return exitCodes.failed;
}
