import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool, request } from 'undici';
import { composeBench } from '../gateway/graph.ts';
import { startIssuer } from '../gateway/issuer.ts';
import { forkServer, spawnServer, usageOf } from '../gateway/processes.ts';
import { newOperation, operationOf } from './operations.ts';
import { slopePerMinute } from './slope.ts';

const { values } = parseArgs({
  options: {
    /** Of the long run; 0 leaves it out. */
    minutes: { type: 'string', default: '10' },
    connections: { type: 'string', default: '8' },
    /** Requests a second, so that a run costs the same on any machine; 0 is as many as go. */
    rate: { type: 'string', default: '80' },
    json: { type: 'string' },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const everyMs = Math.max(1_000, durationMs / 40);

const planCacheMiB = 16;
/** What so many new documents may add to the memory of the gateway, its planner's process included. */
const documents = 2_000;
const mostGrowthMiB = planCacheMiB + 64;

const folder = mkdtempSync(join(tmpdir(), 'gateway-memory-'));
const supergraph = join(folder, 'supergraph.graphql');
const issuer = await startIssuer();
const subgraphs = await forkServer(join(import.meta.dirname, '../gateway/subgraph-server.ts'), {});
writeFileSync(supergraph, composeBench(`http://127.0.0.1:${subgraphs.port}`));
const metricsPort = 20_000 + Math.floor(Math.random() * 20_000);
const gateway = await spawnServer(
  () => [join(import.meta.dirname, '../../gateway/src/main.ts')],
  (port) => ({
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    SUPERGRAPH_FILE: supergraph,
    JWKS_URL: `${issuer.url}/.well-known/jwks.json`,
    LOG_LEVEL: 'error',
    PLAN_CACHE_BYTES: String(planCacheMiB * 1_048_576),
  }),
  folder,
);

interface Sample {
  readonly minute: number;
  readonly requests: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly plansMiB: number;
}

async function sample(): Promise<Sample> {
  const { body } = await request(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await body.text();
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN) / 1_048_576;
  return {
    minute: (performance.now() - startedMs) / 60_000,
    requests: sent,
    rssMiB: usageOf(gateway.pid).rssMiB,
    heapMiB: mebibytes('nodejs_heap_size_used_bytes'),
    plansMiB: mebibytes('gateway_plan_cache_bytes'),
  };
}

let startedMs = performance.now();
const samples: Sample[] = [];
const pool = new Pool(new URL(gateway.url).origin, { connections: Number(values.connections) });
let sent = 0;
let failed = 0;

async function send(operation: { query: string }, i: number): Promise<void> {
  const token = i % 3 === 0 ? issuer.tokens[i % issuer.tokens.length] : undefined;
  const { body, statusCode } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(operation),
  });
  await body.dump();
  if (statusCode !== 200) failed++;
}

/** Of the gateway, and of its planner's process. */
function rssMiB(): [own: number, planner: number] {
  const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8');
  const pids = children.trim().split(' ').filter(Boolean).map(Number);
  return [usageOf(gateway.pid).rssMiB, pids.reduce((sum, pid) => sum + usageOf(pid).rssMiB, 0)];
}

/** A gateway that has been answering what it knows is then asked many new documents. */
async function growthOfNew(): Promise<number> {
  const all = async (count: number, ask: (i: number) => Promise<void>) => {
    let next = 0;
    const client = async () => {
      while (next < count) await ask(next++);
    };
    await Promise.all(Array.from({ length: Number(values.connections) }, client));
  };
  await all(4_000, (i) => send(operationOf(2 * i), i));
  for (let i = 0; i < 5; i++) await send({ query: newOperation(i) }, i);
  const before = rssMiB();
  await all(documents, (i) => send({ query: newOperation(10 + i) }, i));
  const after = rssMiB();
  const growth = after[0] + after[1] - before[0] - before[1];
  const [own, planner] = [0, 1].map((i) => `${before[i]?.toFixed(0)} → ${after[i]?.toFixed(0)}`);
  console.log(
    `${documents} new documents, one in ten an introspection: RSS of the gateway ${own} MiB, of its planner ${planner}: ${growth.toFixed(0)} more; allowed are ${mostGrowthMiB}, ${planCacheMiB} of them the cache's`,
  );
  return growth;
}

async function work(): Promise<void> {
  const pauseMs = Number(values.rate) > 0 ? (1_000 * Number(values.connections)) / Number(values.rate) : 0;
  while (performance.now() - startedMs < durationMs) {
    const i = sent++;
    await send(operationOf(i), i);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function watch(): Promise<void> {
  while (performance.now() - startedMs < durationMs) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const now = await sample();
    samples.push(now);
    const figures = [now.rssMiB, now.heapMiB, now.plansMiB].map((value) => value.toFixed(0).padStart(4));
    console.log(
      `${now.minute.toFixed(1).padStart(5)} min ${String(sent).padStart(8)} requests, MiB: RSS ${figures[0]}, heap ${figures[1]}, plans ${figures[2]}`,
    );
  }
}

let isGrown = false;
try {
  isGrown = (await growthOfNew()) > mostGrowthMiB;
  startedMs = performance.now();
  if (durationMs > 0) await longRun();
} finally {
  gateway.stop();
  subgraphs.stop();
  issuer.stop();
  rmSync(folder, { recursive: true });
}
process.exit(failed > 0 || isGrown ? 1 : 0);

async function longRun(): Promise<void> {
  await Promise.all([watch(), ...Array.from({ length: Number(values.connections) }, work)]);
  // The first part fills caches up to their bounds.
  const settled = samples.slice(Math.floor(samples.length / 3));
  const slope = {
    rssMiB: slopePerMinute(settled.map(({ minute, rssMiB }) => [minute, rssMiB])),
    heapMiB: slopePerMinute(settled.map(({ minute, heapMiB }) => [minute, heapMiB])),
  };
  console.log(`${sent} requests, ${failed} failed; after the first third, MiB a minute:`, slope);
  if (values.json) writeFileSync(values.json, JSON.stringify({ sent, failed, slope, samples }, null, 2));
}
