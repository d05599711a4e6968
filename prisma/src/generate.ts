import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { everyDatabase } from './databases.ts';

/**
 * Generates the Prisma clients, of all databases or of those that are named. `prisma generate` insists on a native schema engine that it does not use
 * and that would have to be downloaded; any existing executable satisfies it.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const prismaCli = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url));

const named = process.argv.slice(2);
for (const name of everyDatabase.filter((each) => named.length === 0 || named.includes(each))) {
  execFileSync(process.execPath, [prismaCli, 'generate', '--schema', `${name}/schema.prisma`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
}
