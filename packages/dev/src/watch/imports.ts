import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Of `import … from`, `export … from`, `import '…'` and `import('…')`, and of the files of threads and processes, which
 * are named by `new URL('./child.ts', …)`: what of this workspace is loaded or named.
 */
const specifiers =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)'((?:\.{1,2}\/|@murmuration\/)[^']+?)(?<!\/)'/g;

/**
 * The files of this workspace that a file loads, itself among them, however many steps away. What is imported for its
 * types only counts too: telling the two apart would save a restart now and then.
 * @param entry an absolute path
 */
export function filesOf(entry: string): Set<string> {
  const found = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    open.push(...importsOf(file));
  }
  return found;
}

function importsOf(file: string): string[] {
  if (!file.endsWith('.ts')) return [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // being written anew, or gone
  }
  const require = createRequire(file);
  return [...text.matchAll(specifiers)].flatMap(([, name = '']) => {
    try {
      return require.resolve(name);
    } catch {
      return []; // the check of what is about to be started says so, and better
    }
  });
}
