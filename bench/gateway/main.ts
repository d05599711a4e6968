import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { names, starters } from './gateways.ts';
import { composeBench, type Operation, operations } from './graph.ts';
import { startIssuer } from './issuer.ts';
import { ask, measure } from './measure.ts';
import { forkServer, type Running } from './processes.ts';
import { printTable, type Row } from './table.ts';
import { printTargets } from './targets.ts';
import { bodiesOf, nameOf, workloads } from './workloads.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    only: { type: 'string', default: '' },
    workload: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const here = import.meta.dirname;
const data = join(here, '.data');
mkdirSync(data, { recursive: true });
const supergraph = join(data, 'supergraph.graphql');
const issuer = await startIssuer();
const subgraphs = await forkServer(join(here, 'subgraph-server.ts'), {});
const subgraphsUrl = `http://127.0.0.1:${subgraphs.port}`;
writeFileSync(supergraph, composeBench(subgraphsUrl));

const chosen = workloads.filter((workload) => new RegExp(values.workload).test(nameOf(workload)));
const running = new Map<string, Running>();
const withPeers = !values['no-peers'];
const all = starters({ supergraph, subgraphsUrl, issuerUrl: issuer.url, data, withPeers });
for (const [name, start] of Object.entries(all)) {
  if (!new RegExp(values.only).test(name)) continue;
  try {
    running.set(name, await start());
  } catch (error) {
    console.error(`${name} is left out: ${String(error)}`);
  }
}

function stopAll(): void {
  for (const { stop } of running.values()) stop();
  subgraphs.stop();
  issuer.stop();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopAll();
    process.exit(1);
  });
}

/** Length of each operation's answer, once all have given the same to all variables. */
async function checkAnswers(): Promise<Map<Operation, number>> {
  const lengths = new Map<Operation, number>();
  for (const operation of Object.keys(operations) as Operation[]) {
    for (const body of new Set(bodiesOf({ operation, variables: 'varied', who: 'anonymous' }))) {
      let expected: string | undefined;
      for (const token of [undefined, issuer.tokens[0]]) {
        for (const [name, { url }] of running) {
          if (name === names.proxy) continue;
          const { data } = JSON.parse(await ask(url, body, token)) as { data: unknown };
          const answer = JSON.stringify(data);
          expected ??= answer;
          if (answer !== expected)
            throw new Error(`${name} answers ${operation} differently: ${answer.slice(0, 300)}`);
        }
      }
      if (!lengths.has(operation)) lengths.set(operation, expected?.length ?? 0);
    }
    console.log(
      `${operation}: equal answers of ${lengths.get(operation)} bytes from ${running.size} gateways`,
    );
  }
  return lengths;
}

const bench = {
  issuer,
  subgraphsUrl,
  seconds: Number(values.seconds),
  connections: Number(values.connections),
};
const rows: Row[] = [];
try {
  const lengths = await checkAnswers();
  const warm = new Set<string>();
  for (const workload of chosen) {
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [name, server] of running) {
        // At first it meets code that no compiler has seen yet.
        const key = `${name} ${workload.operation}`;
        const warmUpMs = warm.has(key) ? 200 : 2_000;
        warm.add(key);
        const length = lengths.get(workload.operation) ?? 0;
        rows.push(await measure(bench, [name, server], workload, { length, warmUpMs }));
      }
    }
  }
  printTable(rows);
  printTargets(rows);
  const machine = { cpus: cpus().map(({ model }) => model), node: process.version };
  const file = values.json ?? join(data, 'result.json');
  writeFileSync(file, JSON.stringify({ machine, settings: values, rows }, null, 2));
} finally {
  stopAll();
}
process.exit();
