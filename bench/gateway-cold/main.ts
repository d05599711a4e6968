import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { subgraphNames } from '@murmuration/dev';
import { composeSupergraph } from '../../packages/dev/src/stack/supergraph.ts';
import { request } from 'undici';
import { names, starters } from '../gateway/gateways.ts';
import { composeBench } from '../gateway/graph.ts';
import { startIssuer } from '../gateway/issuer.ts';
import { forkServer, type Running, spawnServer, usageOf } from '../gateway/processes.ts';
import { small, twentyAliases, unseen } from './operations.ts';

/** Operations that a gateway has never seen: how many a second it takes, and whether hard ones delay others. */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, 'no-peers': { type: 'boolean', default: false } },
});
const seconds = Number(values.seconds);
const data = join(import.meta.dirname, '.data');
mkdirSync(data, { recursive: true });
/** Enough that whoever is slowest always has something to do. */
const connections = 16;
let number = Date.now() % 1_000_000;

async function post(url: string, query: string, from: string, signal?: AbortSignal): Promise<number> {
  const startedMs = performance.now();
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  const { body } = await request(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
    signal: signal ?? null,
  });
  const answer = (await body.json()) as { errors?: readonly { extensions?: { code?: string } }[] };
  const refusal = answer.errors?.find(({ extensions }) => extensions?.code !== 'DOWNSTREAM_ERROR');
  if (refusal) throw new Error(`${url} refused ${query.slice(0, 80)}: ${JSON.stringify(refusal)}`);
  return performance.now() - startedMs;
}

interface Rate {
  readonly perSecond: number;
  /** Of all its processes, for one operation. */
  readonly cpuMs: number;
}

function cpuMsOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + usageOf(one).cpuMs, 0);
}

async function rateOf({ url, pid }: Running): Promise<Rate> {
  const before = cpuMsOf(pid);
  const endsAt = performance.now() + seconds * 1_000;
  let answered = 0;
  const client = async () => {
    for (; performance.now() < endsAt; answered++) await post(url, unseen(number++), '10.0.0.1');
  };
  await Promise.all(Array.from({ length: connections }, client));
  return { perSecond: answered / seconds, cpuMs: (cpuMsOf(pid) - before) / answered };
}

const loopFile = join(data, 'loop.json');
const watchLoop = ['--import', join(import.meta.dirname, 'watch-loop.ts')];

interface Blocked {
  readonly longest: number;
  readonly p99: number;
}

/** How long the main thread of a gateway was blocked since this was last asked. */
async function blockedOf({ pid }: Running): Promise<Blocked> {
  rmSync(loopFile, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      return JSON.parse(readFileSync(loopFile, 'utf8')) as Blocked;
    } catch {
      // Not written yet.
    }
  }
}

async function metricMs(metricsPort: number, name: string): Promise<number> {
  const { body } = await request(`http://127.0.0.1:${metricsPort}/metrics`);
  const line = (await body.text()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0) * 1_000;
}

const planning = 'gateway_plan_duration_seconds_sum{planner="hive"}';

async function streamOfUnseen(): Promise<void> {
  const issuer = await startIssuer();
  const subgraphs = await forkServer(join(import.meta.dirname, '../gateway/subgraph-server.ts'), {});
  const subgraphsUrl = `http://127.0.0.1:${subgraphs.port}`;
  const supergraph = join(data, 'bench.graphql');
  writeFileSync(supergraph, composeBench(subgraphsUrl));
  const all = starters({
    supergraph,
    subgraphsUrl,
    issuerUrl: issuer.url,
    data,
    withPeers: !values['no-peers'],
  });
  console.log(`unseen operations, ${connections} at a time, ${seconds} s each after as long to warm up`);
  for (const name of ['gateway', names.stock, names.rust]) {
    const running = await all[name]?.();
    if (!running) continue;
    await post(running.url, unseen(number++), '10.0.0.1');
    await rateOf(running);
    const { perSecond, cpuMs } = await rateOf(running);
    console.log(
      name.padEnd(28),
      perSecond.toFixed(0).padStart(6),
      'a second',
      cpuMs.toFixed(1).padStart(8),
      'ms CPU each',
    );
    running.stop();
  }
  subgraphs.stop();
  issuer.stop();
}

/** On our own graph, without subgraphs: what is measured is the way to a plan. */
async function hardOnes(): Promise<void> {
  const supergraph = join(data, 'murmuration.graphql');
  const nowhere = 'http://127.0.0.1:9';
  await composeSupergraph(new Map(subgraphNames.map((name) => [name, nowhere])), supergraph);
  const metricsPort = 20_000 + Math.floor(Math.random() * 20_000);
  const gateway = await spawnServer(
    () => [...watchLoop, join(import.meta.dirname, '../../gateway/src/main.ts')],
    (port) => ({
      WATCH_LOOP_FILE: loopFile,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      SUPERGRAPH_FILE: supergraph,
      TRUSTED_PROXIES: '1',
      LOG_LEVEL: 'fatal',
    }),
    data,
  );
  // What is measured is a gateway that has been running: its code is compiled.
  for (let i = 0; i < 300; i++) await post(gateway.url, small(number++), '10.0.0.1');
  for (let i = 0; i < 20; i++) await post(gateway.url, twentyAliases(number++), '10.0.0.1');
  await blockedOf(gateway);
  const before = await metricMs(metricsPort, planning);
  const alone = await post(gateway.url, twentyAliases(number++), '10.0.0.1');
  const planned = (await metricMs(metricsPort, planning)) - before;
  console.log(`\n20 aliases of the home page: validated, planned and proven in ${planned.toFixed(0)} ms, of`);
  console.log(`  ${alone.toFixed(0)} ms to an answer (that no subgraph is there, each asked twice)`);

  const took: number[] = [];
  let sent = 0;
  const others = setInterval(() => {
    const leave = AbortSignal.timeout(30);
    post(gateway.url, twentyAliases(number++), `10.0.1.${sent++ % 200}`, leave).catch(() => {});
  }, 100);
  for (let i = 0; i < seconds * 5; i++) {
    took.push(await post(gateway.url, small(number++), '10.0.0.2'));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  clearInterval(others);
  took.sort((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)] ?? Number.NaN;
  console.log(
    `small unseen ones of another caller, while ten hard ones a second come and hang up after 30 ms:`,
  );
  console.log(`  median ${median.toFixed(0)} ms, slowest ${(took.at(-1) ?? Number.NaN).toFixed(0)} ms`);
  const { longest, p99 } = await blockedOf(gateway);
  console.log(
    `  main thread blocked at most ${longest.toFixed(1)} ms, 99 of 100 times less than ${p99.toFixed(1)}`,
  );
  gateway.stop();
}

await streamOfUnseen();
await hardOnes();
process.exit(0);
