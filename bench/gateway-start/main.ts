import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { subgraphNames } from '@murmuration/dev';
import { composeSupergraph } from '../../packages/dev/src/stack/supergraph.ts';
import { freePort, usageOf } from '../gateway/processes.ts';

/** From the start of a process to the first 200 of `/readyz`: the gateway on our own graph, beside Node with Fastify alone. */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } });
const data = join(import.meta.dirname, '.data');
const compileCache = join(data, 'compiled');
mkdirSync(data, { recursive: true });
rmSync(compileCache, { recursive: true, force: true });

// Every subgraph: all that a start asks of one is `{__typename}`.
const subgraphs = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end('{"data":{"__typename":"Query"}}');
}).listen(0, '127.0.0.1');
await new Promise((resolve) => subgraphs.once('listening', resolve));
const subgraphsUrl = `http://127.0.0.1:${(subgraphs.address() as AddressInfo).port}`;
const supergraph = join(data, 'supergraph.graphql');
await composeSupergraph(new Map(subgraphNames.map((name) => [name, subgraphsUrl])), supergraph);

/** Asks a bare socket: a client that connects by itself would be measured with it. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () =>
      socket.write('GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n'),
    );
    socket.once('data', (answer) => resolve(answer.toString('latin1').startsWith('HTTP/1.1 200')));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

interface Start {
  readonly readyMs: number;
  /** Of all its threads, until it was ready. */
  readonly cpuMs: number;
}

async function start(script: string, environment: Record<string, string>): Promise<Start> {
  const port = await freePort();
  const spawnedMs = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      NODE_ENV: 'production',
      NODE_OPTIONS: '--max-semi-space-size=32',
      PORT: String(port),
      LOG_LEVEL: 'error',
      SUPERGRAPH_FILE: supergraph,
      ...environment,
    },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const readyMs = performance.now() - spawnedMs;
  const { cpuMs } = usageOf(child.pid ?? 0);
  // What it does behind its readiness belongs to it, and to the compile cache, which is written at an orderly end.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  child.kill('SIGTERM');
  await ended;
  return { readyMs, cpuMs };
}

const gateway = '../../gateway/src/main.ts';
const starts: readonly [string, string, Record<string, string>][] = [
  ['node and fastify alone', 'bare.ts', {}],
  ['gateway', gateway, {}],
  ['gateway, compile cache', gateway, { NODE_COMPILE_CACHE: compileCache }],
];
await start(gateway, { NODE_COMPILE_CACHE: compileCache });
const took = new Map<string, Start[]>(starts.map(([name]) => [name, []]));
for (let run = 0; run < Number(values.runs); run++) {
  for (const [name, script, environment] of starts) took.get(name)?.push(await start(script, environment));
}

function ofRuns(runs: readonly Start[], figure: keyof Start): string {
  const sorted = runs.map((run) => run[figure]).sort((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((i) => sorted[i]);
  return `${median?.toFixed(0)} ms (${least?.toFixed(0)} to ${most?.toFixed(0)})`;
}
console.log(`from spawn to /readyz 200, medians of ${values.runs} runs in turns`);
for (const [name, runs] of took) {
  console.log(name.padEnd(26), ofRuns(runs, 'readyMs').padEnd(26), 'CPU', ofRuns(runs, 'cpuMs'));
}
subgraphs.close();
