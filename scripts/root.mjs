import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The Node that the workspace carries, whatever Node runs this file. */
export const runtime = path.join(root, 'node_modules/node/bin/node');
