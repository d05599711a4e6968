import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const include = (kind: string) => [
  `{gateway,registry,registry/server,prisma,packages/*,subgraphs/*}/{src,test}/**/*.${kind}.ts`,
];
/**
 * Apollo's packages are CommonJS and load `graphql`'s `main`; Vite would load its `module` beside it, and
 * two copies of graphql-js refuse to work together. Node itself always takes `main`.
 */
const graphql = createRequire(new URL('packages/service-kit/package.json', import.meta.url)).resolve(
  'graphql',
);
/** What is waited for comes in milliseconds, or late on a busy machine; only a failure takes all of it. */
const expect = { poll: { timeout: 15_000 } };
/** The same where whole processes start or end before it comes. */
const expectOfProcesses = { poll: { timeout: 60_000 } };
const resolve = { alias: [{ find: /^graphql$/, replacement: graphql }] };
const exclude = ['**/node_modules/**', '**/generated/**', '**/.data/**'];

/**
 * For the processes that a story starts, which inherit it: what a request has time for is tested elsewhere, and on a
 * machine that stands still for a second the first plan of a gateway that just started would be given up.
 */
const patientProcesses = {
  PLAN_TIMEOUT_MS: '10000',
  SUBGRAPH_TIMEOUT_MS: '15000',
  REQUEST_DEADLINE_MS: '45000',
  INTERNAL_TIMEOUT_MS: '10000',
};

/** Every worker of the integration run starts a Postgres and a Redis: on many cores that takes longer than it saves. */
const mostServers = 4;
/** What V8 made of the libraries, which every file loads anew: a seventh of the CPU of all unit tests. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) };

/**
 * The stories that take longest begin first: where nothing ran before Vitest goes by the sizes of files, by which some of
 * these are the last, and while one runs alone half of the machine stands still.
 */
const longStories = /e2e\/(start-stop|on-one-stack|key-rotation|chaos)\//;
class LongStoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = sorted.filter(({ moduleId }) => longStories.test(moduleId));
    const others = sorted.filter((file) => !long.includes(file));
    const stories = others.findIndex(({ project }) => project.name === 'e2e');
    return others.toSpliced(stories === -1 ? others.length : stories, 0, ...long);
  }
}

/**
 * unit: no servers; at most processes of its own. deploy: what containers and clusters run, as far as one machine can
 * tell. integration: real Postgres and Redis, started by the global set-up for each worker; a file has those of its
 * worker to itself while it runs; integration-alone: those that judge their process's memory, one each. e2e: whole processes, a stack of its own
 * for each file, so that they run side by side; stories for which any stack will do share one (`e2e/on-one-stack`). browser: stories that need a Chromium, by hand
 * (`pnpm test:browser`).
 */
export default defineConfig({
  test: {
    // All cores: by default one is left out, of two that is half.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongStoriesFirst },
    env,
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: include('test'),
          exclude,
          // No file leaves anything behind that another would see, and each would load the libraries anew.
          isolate: false,
          testTimeout: 60_000,
          expect,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: include('integration'),
          exclude: [...exclude, ...include('alone.integration')],
          // A file closes what it opened; each would load the libraries anew, which is two fifths of the time.
          isolate: false,
          maxWorkers: Math.min(availableParallelism(), mostServers),
          // Vitest wants projects of different worker counts one after the other.
          sequence: { groupOrder: 1 },
          globalSetup: ['packages/testing/src/global-setup.ts'],
          testTimeout: 180_000,
          expect,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration-alone',
          include: include('alone.integration'),
          exclude,
          maxWorkers: Math.min(availableParallelism(), mostServers),
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          expect,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'deploy',
          include: ['k8s/test/**/*.test.ts'],
          exclude,
          // As for `unit`; what is rendered once serves all files of a worker.
          isolate: false,
          testTimeout: 600_000,
          expect: expectOfProcesses,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: ['e2e/**/*.browser.ts'],
          exclude,
          testTimeout: 180_000,
          expect,
          hookTimeout: 240_000,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          env: { ...env, ...patientProcesses },
          exclude,
          testTimeout: 300_000,
          expect: expectOfProcesses,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
