import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bareEnvironment } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { composeSupergraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

/** A machine that Hive's native planner is not built for: its package is there, its binary does not load. */
const withoutBinary = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (!/router-query-planner.+/.test(specifier) && !specifier.endsWith('.node')) return next(specifier, context);
      throw Object.assign(new Error('no such binary: ' + specifier), { code: 'MODULE_NOT_FOUND' });
    },
  });
`)}`;

let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let folder: string;
let gateway: ChildProcess;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  notes = await serveNeighbourhood('notes', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'fallback-'));
});
afterAll(async () => {
  gateway.kill('SIGKILL');
  await Promise.all([neighbours, notes].map(({ server }) => server.app.close()));
  await rm(folder, { recursive: true });
});

it('serves by Apollo\u2019s planner alone where the binary of Hive\u2019s does not load, and says so', async () => {
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, composeSupergraph([neighbours, notes]));
  const main = join(import.meta.dirname, '../src/main.ts');
  gateway = spawn(process.execPath, ['--import', withoutBinary, main], {
    env: {
      ...bareEnvironment(),
      PORT: '0',
      SUPERGRAPH_FILE: supergraph,
      INTERNAL_KEYS: `${testKey.id}:${testKey.secret.toString('base64')}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  let served: { url: string; metrics: string } | undefined;
  for await (const line of createInterface({ input: gateway.stdout as NodeJS.ReadableStream })) {
    const { msg, url, metrics } = JSON.parse(line) as { msg: string; url: string; metrics: string };
    said.push(msg);
    if (msg === 'the gateway serves') {
      served = { url, metrics };
      break;
    }
  }
  expect(said).toContainEqual(expect.stringContaining("Hive's planner does not load here"));
  const ask = async () => {
    const answer = await fetch(`${served?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ note(id: "1") { text by { name } } }' }),
    });
    return answer.json();
  };
  // A slow machine may not have loaded the planner in its time: the gateway then says to come again.
  const expected = { data: { note: { text: 'note 1', by: { name: 'Ada' } } } };
  await expect.poll(ask, { timeout: 60_000, interval: 1_000 }).toEqual(expected);
  const metrics = await (await fetch(`${served?.metrics}/metrics`)).text();
  expect(metrics).toMatch(/planner="apollo"\} 1/);
  expect(metrics).not.toMatch(/planner="hive"\} [1-9]/);
  gateway.stdout?.resume();
  gateway.kill('SIGTERM');
  expect(await once(gateway, 'exit')).toEqual([0, null]);
});
