import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { badInput } from '../refusal.ts';
import { globBase, globPattern } from './glob.ts';

/** Where files are read from: the disk, or a git revision. Paths are relative to the root. */
export type FileSource = {
  list(glob: string): string[];
  read(path: string): string;
};

const never = new Set(['node_modules', '.git']);

/** The working tree below `root`. A file above `maxBytes` is refused before it is read. */
export function diskFiles(root: string, maxBytes: number): FileSource {
  return {
    list: (glob) =>
      glob.includes('*')
        ? walk(root, globBase(glob))
            .filter((path) => globPattern(glob).test(path))
            .sort()
        : [glob].filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile()),
    read: (path) => readLimited(join(root, path), path, maxBytes),
  };
}

/** Reads a text file of at most `maxBytes`; anything else is bad input with the reason. */
export function readLimited(absolute: string, shown: string, maxBytes: number): string {
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) throw badInput(`There is no file ${shown}.`);
  if (!found.isFile()) throw badInput(`${shown} is not a file.`);
  if (found.size > maxBytes)
    throw badInput(`${shown} has ${found.size} bytes; the limit is ${maxBytes} (limits.fileBytes).`);
  return readFileSync(absolute, 'utf8');
}

function walk(root: string, folder: string): string[] {
  const absolute = join(root, folder);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return never.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}
