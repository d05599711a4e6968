import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** The file that a shell would run for this name, leaving out what the workspace installed. */
export function onPath(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = folders
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
  if (!found) throw new Error(`There is no ${name} on the PATH.`);
  return realpathSync(found);
}
