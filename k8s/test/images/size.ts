import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Megabytes of the files in a folder, links not followed. */
export function megabytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + megabytesOf(path);
    return entry.isFile() ? sum + statSync(path).size / 1e6 : sum;
  }, 0);
}
