import { existsSync } from 'node:fs';
import path from 'node:path';

/** The checkout this file belongs to. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../../..');

/** True when the checkout has this file. */
export function hasFile(relativePath: string): boolean {
  return existsSync(path.join(repositoryRoot, relativePath));
}
