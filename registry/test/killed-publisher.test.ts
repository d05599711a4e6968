import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { publish } from '../src/publish.ts';
import { fileStore } from '../src/store/file-store.ts';
import { people } from './cast.ts';
import { desk } from './desk.ts';
import { requestFor } from './store-contract.ts';

const rounds = Number(process.env['REGISTRY_KILL_ROUNDS'] ?? 8);
const publisher = new URL('./publisher.ts', import.meta.url);

it('a publisher killed at any moment leaves a linear history that the next one continues', async () => {
  using at = desk();
  const folder = join(at.root, 'store');
  for (let round = 1; round <= rounds; round++) {
    const child = spawn(process.execPath, [publisher.pathname, folder, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It says a word after its first publication; then it is somewhere inside one of the next.
    await once(child.stdout, 'data');
    await sleep(Math.random() * 40);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = fileStore(folder);
    const history = await store.versions();
    expect(history.map(({ id }) => id)).toEqual(history.map((_, position) => position + 1));
    for (const { id } of history.slice(-3))
      expect((await store.version(id))?.supergraphSdl).toContain('join__');
    const next = await publish(
      store,
      requestFor(people(`name: String nameHistory: [String!] after${round}: Int`)),
    );
    expect(next.status === 'refused' || next.status === 'published').toBe(true);
  }
}, 180_000);

it('two processes that publish at once both get in', async () => {
  using at = desk();
  for (const name of ['people', 'posts'])
    at.write(`subgraphs/${name}/schema.graphql`, 'type Query { a: Int @shareable }');
  at.write(
    'registry.config.json',
    JSON.stringify({ subgraphs: 'subgraphs/*/schema.graphql', lint: { default: 'ignore' } }),
  );
  const header =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])';
  const sdl = (name: string, round: number) =>
    `${header} type Query { a: Int @shareable ${Array.from({ length: round }, (_, n) => `${name}${n}: Int`).join(' ')} }`;
  const first = ['publish', '--init', '--new', '--subgraph', 'people', '--schema', '-'];
  expect((await at.registryReading(sdl('people', 0), ...first)).code).toBe(0);
  for (let round = 1; round <= 5; round++) {
    const both = await Promise.all(
      ['people', 'posts'].map((name) =>
        at.registryReading(sdl(name, round), 'publish', '--subgraph', name, '--schema', '-'),
      ),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
  }
  const head = await fileStore(join(at.root, '.registry')).head();
  expect(head).toMatchObject({ id: 11 });
  expect(head?.supergraphSdl).toContain('people4');
  expect(head?.supergraphSdl).toContain('posts4');
}, 180_000);
