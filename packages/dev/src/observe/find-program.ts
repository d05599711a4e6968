import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Where Debian's and Grafana's own packages put servers that are on nobody's PATH. */
const usualFolders = ['/usr/sbin', '/usr/share/grafana/bin', '/opt/homebrew/bin', '/usr/local/bin'];

/** The first of these commands that can be run, or undefined. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...usualFolders];
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
