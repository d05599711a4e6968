import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { composeBench, type Operation, operations, variablesFor } from './graph.ts';
import { load } from './load.ts';
import { installPeers, peersFolder, writePeerConfigs } from './peers.ts';
import { forkServer, type Running, spawnServer, usageOf } from './processes.ts';
import { printTable, type Row } from './table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '16' },
    only: { type: 'string' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const here = import.meta.dirname;
const data = join(here, '.data');
mkdirSync(data, { recursive: true });
const supergraph = join(data, 'supergraph.graphql');
const subgraphs = await forkServer(join(here, 'subgraph-server.ts'), {});
const subgraphsUrl = `http://127.0.0.1:${subgraphs.port}`;
writeFileSync(supergraph, composeBench(subgraphsUrl));

const environment = { SUPERGRAPH: supergraph, APOLLO_TELEMETRY_DISABLED: '1' };
const gatewayMain = join(here, '../../gateway/src/main.ts');
const starters: Record<string, () => Promise<Running>> = {
  'bare proxy': () => forkServer(join(here, 'servers/proxy.ts'), { TARGET: `${subgraphsUrl}/fixed` }),
  'apollo stock': () => forkServer(join(here, 'servers/stock.ts'), environment),
  'ours, gateway': () =>
    spawnServer(
      () => [gatewayMain],
      (port) => ({
        ...environment,
        PORT: String(port),
        SUPERGRAPH_FILE: supergraph,
        LOG_LEVEL: 'error',
        MAX_DEPTH: '20',
      }),
      data,
    ),
  'ours, executor': () => forkServer(join(here, 'servers/executor.ts'), environment),
  'ours, no single flight': () =>
    forkServer(join(here, 'servers/executor.ts'), { ...environment, SINGLE_FLIGHT: 'off' }),
};
if (!values['no-peers'] && installPeers()) {
  const configs = writePeerConfigs(supergraph);
  const hive = (config: string) => () =>
    spawnServer(
      (port) => [
        'node_modules/@graphql-hive/gateway/dist/bin.js',
        'supergraph',
        '-c',
        config,
        '--port',
        String(port),
        '--fork',
        '1',
      ],
      () => environment,
      peersFolder,
    );
  starters['hive --jit'] = hive(configs.jit);
  starters['hive + router-runtime'] = hive(configs.rust);
}

const chosen = Object.entries(starters).filter(([name]) => !values.only || name.includes(values.only));
const running = new Map<string, Running>();
for (const [name, start] of chosen) {
  try {
    running.set(name, await start());
  } catch (error) {
    console.error(`${name} is left out: ${String(error)}`);
  }
}

function stopAll(): void {
  for (const { stop } of running.values()) stop();
  subgraphs.stop();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopAll();
    process.exit(1);
  });
}

function bodyOf(operation: Operation, i: number): string {
  return JSON.stringify({ query: operations[operation], variables: variablesFor(operation, i) });
}

async function answerOf(url: string, operation: Operation): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { body } = await request(url, { method: 'POST', headers, body: bodyOf(operation, 0) });
  return JSON.stringify(((await body.json()) as { data: unknown }).data);
}

const workloads = (['heavy', 'small'] as const).flatMap((operation) =>
  (['identical', 'varied'] as const).flatMap((variables) =>
    (['anonymous', 'signed in'] as const).map((who) => ({ operation, variables, who })),
  ),
);
const rows: Row[] = [];
try {
  for (const operation of ['heavy', 'small'] as const) {
    const answers = new Map<string, string>();
    for (const [name, { url }] of running) {
      if (name !== 'bare proxy') answers.set(name, await answerOf(url, operation));
    }
    const [first] = answers.values();
    for (const [name, answer] of answers)
      if (answer !== first) throw new Error(`${name} answers ${operation} differently`);
    console.log(`${operation}: equal answers of ${first?.length} bytes from ${answers.size} gateways`);
  }
  for (const { operation, variables, who } of workloads) {
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [name, { url, pid }] of running) {
        // Our whole gateway checks tokens; without an issuer here only its anonymous callers can be measured.
        if (name === 'ours, gateway' && who === 'signed in') continue;
        if (name === 'bare proxy' && (operation === 'small' || variables === 'varied' || who === 'signed in'))
          continue;
        const one = {
          url,
          connections: Number(values.connections),
          body: (i: number) => bodyOf(operation, variables === 'varied' ? i : 0),
          headers: (i: number): Record<string, string> =>
            who === 'signed in' ? { authorization: `person ${i % 50}` } : {},
        };
        await load({ ...one, durationMs: 1_000 });
        await request(`${subgraphsUrl}/calls`).then(({ body }) => body.text());
        const before = usageOf(pid);
        const measured = await load({ ...one, durationMs: Number(values.seconds) * 1_000 });
        const after = usageOf(pid);
        const calls = Number(await request(`${subgraphsUrl}/calls`).then(({ body }) => body.text()));
        rows.push({
          workload: `${operation}, ${variables}, ${who}`,
          gateway: name,
          ...measured,
          cpuMs: (after.cpuMs - before.cpuMs) / measured.requests,
          calls: calls / measured.requests,
          rssMiB: after.rssMiB,
        });
      }
    }
  }
  printTable(rows);
  writeFileSync(join(data, 'result.json'), JSON.stringify(rows, null, 2));
} finally {
  stopAll();
}
process.exit();
