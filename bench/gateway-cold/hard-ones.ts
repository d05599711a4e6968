import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { subgraphNames } from '@murmuration/dev';
import { request } from 'undici';
import { composeSupergraph } from '../../packages/dev/src/stack/supergraph.ts';
import { freePort, type Running, spawnServer } from '../gateway/processes.ts';
import { small, twentyAliases } from './operations.ts';

let number = Date.now() % 1_000_000;

/** Whether hard operations delay others, on our own graph and without subgraphs: what is measured is the way to a plan. */
export async function measureHardOnes(data: string, seconds: number): Promise<void> {
  const loopFile = join(data, 'loop.json');
  const supergraph = join(data, 'murmuration.graphql');
  const nowhere = 'http://127.0.0.1:9';
  await composeSupergraph(new Map(subgraphNames.map((name) => [name, nowhere])), supergraph);
  const metricsPort = await freePort();
  const watchLoop = ['--import', join(import.meta.dirname, 'watch-loop.ts')];
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
  await oneAlone(gateway, metricsPort);
  await blockedOf(gateway, loopFile);
  const took = await smallBesideHard(gateway, seconds);
  took.sort((a, b) => a - b);
  console.log(
    `small unseen ones of another caller, while ten hard ones a second come and hang up after 30 ms:`,
  );
  console.log(`  median ${ms(took[Math.floor(took.length / 2)])}, slowest ${ms(took.at(-1))}`);
  const { longest, longestWorkMs, p99 } = await blockedOf(gateway, loopFile);
  console.log(`  main thread blocked at most ${ms(longest)}, 99 of 100 times less than ${ms(p99)};`);
  console.log(`  it worked at most ${ms(longestWorkMs)} at a time, the rest of that it waited for a core`);
  gateway.stop();
}

async function oneAlone(gateway: Running, metricsPort: number): Promise<void> {
  const before = await planningMs(metricsPort);
  const alone = await post(gateway.url, twentyAliases(number++), '10.0.0.1');
  const planned = (await planningMs(metricsPort)) - before;
  console.log(`\n20 aliases of the home page: validated, planned and proven in ${ms(planned)}, of`);
  console.log(`  ${ms(alone)} to an answer (that no subgraph is there, each asked twice)`);
}

async function smallBesideHard(gateway: Running, seconds: number): Promise<number[]> {
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
  return took;
}

/** How long it took. */
async function post(url: string, query: string, from: string, signal?: AbortSignal): Promise<number> {
  const startedMs = performance.now();
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  const body = JSON.stringify({ query });
  const answer = await request(url, { method: 'POST', headers, body, signal: signal ?? null });
  const { errors } = (await answer.body.json()) as { errors?: { extensions?: { code?: string } }[] };
  const refusal = errors?.find(({ extensions }) => extensions?.code !== 'DOWNSTREAM_ERROR');
  if (refusal) throw new Error(`${url} refused ${query.slice(0, 80)}: ${JSON.stringify(refusal)}`);
  return performance.now() - startedMs;
}

interface Blocked {
  readonly longest: number;
  readonly p99: number;
  readonly longestWorkMs: number;
}

/** How long the main thread of a gateway was blocked since this was last asked. */
async function blockedOf({ pid }: Running, loopFile: string): Promise<Blocked> {
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

/** How long Hive's planner has been asked, in all. */
async function planningMs(metricsPort: number): Promise<number> {
  const { body } = await request(`http://127.0.0.1:${metricsPort}/metrics`);
  const name = 'gateway_plan_duration_seconds_sum{planner="hive"}';
  const line = (await body.text()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0) * 1_000;
}

function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(1)} ms`;
}
