import { defineConfig } from 'vitest/config';

const include = (kind: string) => [
  `{gateway,registry,prisma,packages/*,subgraphs/*}/{src,test}/**/*.${kind}.ts`,
];
const exclude = ['**/node_modules/**', '**/generated/**', '**/.data/**'];

/**
 * unit: no process but its own. integration: real Postgres and Redis, started once by the
 * global set-up. e2e: whole processes, one story a file, one story at a time.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: include('test'), exclude, testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: include('integration'),
          exclude,
          globalSetup: ['packages/testing/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          exclude,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
