import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { names, starters } from './gateways.ts';
import { composeBench, type Operation, operations } from './graph.ts';
import { startIssuer } from './issuer.ts';
import { load } from '../load.ts';
import { forkServer, type Running, usageOf } from './processes.ts';
import { printTable, type Row } from './table.ts';
import { printTargets } from './targets.ts';
import { bodyOf, nameOf, requestsOf, type Workload, workloads } from './workloads.ts';

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

const chosen = workloads.filter((workload) => nameOf(workload).includes(values.workload));
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

async function answerOf(url: string, operation: Operation, token: string | undefined): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const { body } = await request(url, { method: 'POST', headers, body: bodyOf(operation, 0) });
  return JSON.stringify(((await body.json()) as { data: unknown }).data);
}

/** Length of each operation's answer, once all have given the same. */
async function checkAnswers(): Promise<Map<Operation, number>> {
  const lengths = new Map<Operation, number>();
  for (const operation of Object.keys(operations) as Operation[]) {
    let expected: string | undefined;
    for (const token of [undefined, issuer.tokens[0]]) {
      for (const [name, { url }] of running) {
        if (name === names.proxy) continue;
        const answer = await answerOf(url, operation, token);
        expected ??= answer;
        if (answer !== expected)
          throw new Error(`${name} answers ${operation} differently: ${answer.slice(0, 300)}`);
      }
    }
    console.log(`${operation}: equal answers of ${expected?.length} bytes from ${running.size} gateways`);
    lengths.set(operation, expected?.length ?? 0);
  }
  return lengths;
}

async function measure(
  name: string,
  { url, pid }: Running,
  workload: Workload,
  length: number,
  warmUpMs: number,
): Promise<Row> {
  const target = name === names.proxy ? `${new URL(url).origin}/fixed/${length}` : url;
  const connections = Number(values.connections);
  const one = { url: target, connections, ...requestsOf(workload, issuer.tokens) };
  await load({ ...one, durationMs: warmUpMs });
  await request(`${subgraphsUrl}/calls`).then(({ body }) => body.text());
  const before = usageOf(pid);
  const measured = await load({ ...one, durationMs: Number(values.seconds) * 1_000 });
  const after = usageOf(pid);
  const calls = Number(await request(`${subgraphsUrl}/calls`).then(({ body }) => body.text()));
  return {
    workload: nameOf(workload),
    gateway: name,
    ...measured,
    cpuMs: (after.cpuMs - before.cpuMs) / measured.requests,
    calls: calls / measured.requests,
    rssMiB: after.rssMiB,
  };
}

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
        rows.push(await measure(name, server, workload, lengths.get(workload.operation) ?? 0, warmUpMs));
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
