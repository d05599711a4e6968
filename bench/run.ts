import { readdir } from 'node:fs/promises';

/** `pnpm bench <name> [options]` runs `bench/<name>/main.ts`; each folder there is one question, measured. */
const [name, ...rest] = process.argv.slice(2);
const entries = await readdir(import.meta.dirname, { withFileTypes: true });
const known = entries.flatMap((entry) =>
  entry.isDirectory() && entry.name !== 'node_modules' ? [entry.name] : [],
);
if (!name || !known.includes(name)) {
  console.error(`Which bench? pnpm bench <name>. Known: ${known.join(', ')}.`);
  process.exit(3);
}
process.argv = [process.argv[0] ?? 'node', `bench/${name}`, ...rest];
await import(`./${name}/main.ts`);
