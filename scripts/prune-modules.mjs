import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes from installed production modules what no process loads, for an image. The database client carries a query
 * compiler for each kind of database in four forms: 70 MB, of which a process reads 5.
 */
const unread = [
  /\.d\.[cm]?ts$/,
  /\.map$/,
  /^query_compiler_small_bg\./,
  /^query_compiler_fast_bg\.(cockroachdb|mysql|sqlite|sqlserver)\./,
  /^query_compiler_fast_bg\.postgresql\.wasm-base64\.js$/,
];

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Say which folder of modules: node scripts/prune-modules.mjs node_modules');
prune(folder);

// Not the recursive listing: it follows links, and pnpm's modules are full of them.
function prune(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) prune(path);
    else if (entry.isFile() && unread.some((name) => name.test(entry.name))) rmSync(path);
  }
}
