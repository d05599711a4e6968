import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { servers } from '../../testing/src/servers.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSubgraph } from '../src/make/subgraph/make-subgraph.ts';
import { freePort } from '../src/provision/ports.ts';
import { copyCheckout, run } from './support/checkout.ts';

/** Everything in one checkout, in the order in which somebody would do it. */
const checkout = copyCheckout();
const at = (file: string) => path.join(checkout.root, file);
const node = (...args: string[]) => run(checkout.root, args);
const succeeds = { code: 0, output: expect.any(String) };
const tool = (name: string) => `node_modules/.bin/${name}`;

beforeAll(() => {
  makeSubgraph('places', checkout.root);
  checkout.install('subgraphs/places', 'subgraphs/user');
  const scope = ['subgraphs/places', 'prisma/src', 'packages/dev/src/processes.ts'];
  writeFileSync(at('tsconfig.places.json'), JSON.stringify({ extends: './tsconfig.json', include: scope }));
});
afterAll(() => checkout.remove());

const generate = () => node('packages/dev/src/codegen.ts', 'places');
/** Of the new files: what else they lead to is checked with everything else, and by more than they name. */
const typeErrors = async () => {
  const { output } = await node(tool('tsc'), '-p', 'tsconfig.places.json');
  return output.split('\n').filter((line) => /^\S*places\S*\(/.test(line));
};

test('what it is made of compiles, is formatted and has no circle', async () => {
  expect(await node('prisma/src/generate.ts', 'places')).toEqual(succeeds);
  expect(await generate()).toEqual(succeeds);
  expect(await typeErrors()).toEqual([]);
  const changed = ['subgraphs/places', 'prisma/src', 'packages/dev/src/processes.ts'];
  expect(await node(tool('oxlint'), '--quiet', ...changed)).toEqual(succeeds);
  expect(await node(tool('biome'), 'format', ...changed)).toEqual(succeeds);
});

test('a field that only its schema knows fails the types', async () => {
  const file = at('subgraphs/places/schema.graphql');
  const sdl = readFileSync(file, 'utf8');
  writeFileSync(file, sdl.replace('type Query {', 'type Query {\n  "Nobody resolves it."\n  lost: Int'));
  expect(await generate()).toEqual(succeeds);
  expect(await typeErrors()).toEqual([expect.stringContaining('CompleteResolvers')]);
  writeFileSync(file, sdl);
  expect(await generate()).toEqual(succeeds);
});

test('it is composed, and starts as a process on a database that is migrated', async () => {
  expect(await node('registry/src/cli.ts', 'compose', '--out', at('supergraph.graphql'))).toEqual(succeeds);
  expect(readFileSync(at('supergraph.graphql'), 'utf8')).toContain(
    'placesCount: Int @join__field(graph: PLACES)',
  );

  const database = new URL(servers().postgresUrl);
  database.pathname = `/places_${process.pid}`;
  const settings = {
    PLACES_DATABASE_URL: database.href,
    INTERNAL_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    PORT: String(await freePort()),
    METRICS_PORT: '0',
  };
  expect(await run(checkout.root, ['prisma/src/cli.ts'], settings)).toEqual({
    code: 0,
    output: expect.stringContaining('_init'),
  });
  const service = spawn(process.execPath, ['subgraphs/places/src/main.ts'], {
    cwd: checkout.root,
    env: { PATH: process.env['PATH'] ?? '', ...settings },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => service.once('exit', resolve));
  try {
    const isReady = () =>
      fetch(`http://127.0.0.1:${settings.PORT}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
  } finally {
    service.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
});

test('its own test is green, and those of clusters and images are with it', async () => {
  const deploy = ['network', 'settings', 'stores', 'models', 'rules', 'waves', 'laptop', 'workflows'];
  const files = [...deploy.map((name) => `k8s/test/${name}.test.ts`), 'k8s/test/images/compose.test.ts'];
  // One worker without walls: what all of them load and render is loaded and rendered once.
  const vitest = [tool('vitest'), 'run', '--reporter=dot', '--maxWorkers=1', '--no-isolate'];
  const runs = await Promise.all([
    node(...vitest, '--project', 'deploy', ...files),
    node(...vitest, '--project', 'integration', 'subgraphs/places'),
  ]);
  for (const each of runs) expect(each).toEqual(succeeds);
  expect(runs[1]?.output).toContain('1 passed');
});

test('a name that is none, or taken, changes nothing', () => {
  expect(() => makeSubgraph('Two words', checkout.root)).toThrow('no name of a subgraph');
  expect(() => makeSubgraph('places', checkout.root)).toThrow('There is a places already');
  expect(() => makeSubgraph('gateway', checkout.root)).toThrow('There is a gateway already');
});
