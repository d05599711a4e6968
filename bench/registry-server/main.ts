/**
 * How fast does the registry answer gateways that ask for news, how long does it take to judge, and how large is a month of usage?
 * With the clock's time the CPU of the registry is told, which says more where others have the processors too.
 * `pnpm bench registry-server [subgraphs] [bytes]`
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort, makeScratchFolder, removeScratchFolder, startPostgres } from '@murmuration/dev';
import pg from 'pg';
import { Pool } from 'undici';
import { usageOf } from '../gateway/processes.ts';
import { generateSubgraphs } from '../registry/generate.ts';

const [count = 100, bytes = 500_000] = process.argv.slice(2).map(Number);
const operationCount = 1_000;
const clientCount = 50;
const days = 30;
const usesPerReport = 10_000;

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = await makeScratchFolder();
const postgres = await startPostgres({ stateFolder: folder });
const databaseUrl = postgres.url('registry');
const token = `mrt_${randomBytes(32).toString('base64url')}`;
const port = await freePort();
const env = {
  ...process.env,
  PORT: String(port),
  LOG_LEVEL: 'warn',
  REGISTRY_DATABASE_URL: databaseUrl,
  REGISTRY_TOKENS: `bench:bench:admin:${createHash('sha256').update(token).digest('hex')}`,
};
execFileSync(process.execPath, ['prisma/src/cli.ts'], { cwd: root, env, stdio: 'ignore' });
const server = spawn(process.execPath, ['registry/server/src/main.ts'], { cwd: root, env, stdio: 'inherit' });
const url = `http://127.0.0.1:${port}`;
const base = `${url}/v1/graphs/bench`;
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
try {
  while (
    !(await fetch(`${url}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false))
  )
    await pause(50);
  await judge();
  await deliver();
  await gather();
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  await postgres.stop();
  await removeScratchFolder(folder);
}

async function judge(): Promise<void> {
  const subgraphs = generateSubgraphs(count, bytes).map((one) => ({
    ...one,
    url: `http://${one.name}.test`,
  }));
  const config = { subgraphs: '*', contracts: { public: { exclude: ['internal'] } } };
  const edit = { kind: 'whole', subgraphs, complete: true };
  const check = (limit: number) => {
    const changed = subgraphs.map((one, at) =>
      at % 10 === 0 ? { ...one, sdl: one.sdl.replace('limit: Int = 5', `limit: Int = ${limit}`) } : one,
    );
    return { config, edit: { ...edit, subgraphs: changed }, against: 'head' };
  };
  await timed('the first publication', () =>
    send('/publications', { config, edit, by: 'bench', message: '', init: true }),
  );
  for (const [name, limit] of [
    ['a check, changed', 6],
    ['another change, the head kept', 7],
    ['another change, the head kept', 8],
    ['the same again, as for another environment', 8],
  ] as const)
    await timed(name, () => send('/checks', check(limit)));
  await timed('a check, unchanged', () => send('/checks', { ...check(6), edit }));
}

async function deliver(): Promise<void> {
  const pool = new Pool(url, { connections: 32, pipelining: 1 });
  const ask = (more: Record<string, string>) =>
    pool.request({ path: '/v1/graphs/bench/supergraph', method: 'GET', headers: { ...headers, ...more } });
  const first = await ask({});
  await first.body.dump();
  const etag = String(first.headers['etag']);
  let answered = 0;
  const before = cpuMs();
  const untilMs = performance.now() + 8_000;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (performance.now() < untilMs) {
        const { body, statusCode } = await ask({ 'if-none-match': etag });
        await body.dump();
        if (statusCode !== 304) throw new Error(`answered ${statusCode}`);
        answered++;
      }
    }),
  );
  console.log(
    `${Math.round(answered / 8)} answers of 304 a second, client and server on one machine; ${((cpuMs() - before) / answered).toFixed(3)} ms of CPU each`,
  );
  await pool.close();
}

async function gather(): Promise<void> {
  const operations = Array.from({ length: operationCount }, (_, at) => {
    const document =
      `query Operation${at}($id: ID!) { node(id: $id) { id __typename ... on User { field${at % 7} } } }`.padEnd(
        600,
        ' ',
      );
    return {
      hash: createHash('sha256').update(document).digest('hex'),
      name: `Operation${at}`,
      kind: 'query',
      document,
    };
  });
  const latency = [30, 20, 5, 1, 0, 0, 0, 0, 0, 0, 0];
  const perReport = usesPerReport / clientCount;
  const startedAt = performance.now();
  for (let at = 0; at < operations.length; at += perReport) {
    const some = operations.slice(at, at + perReport);
    const uses = some.flatMap(({ hash }) =>
      Array.from({ length: clientCount }, (_, client) => ({
        operation: hash,
        client: { name: `client-${client % 5}`, version: `1.${client}` },
        count: 56,
        errors: 1,
        latency,
      })),
    );
    await send('/usage', {
      version: 1,
      reporter: 'bench-reporter',
      sequence: 1 + at,
      gateway: { name: 'bench', supergraph: '0123456789abcdef' },
      window: { ageMs: 0, durationMs: 10_000 },
      lost: 0,
      operations: some,
      uses,
    });
  }
  const pairs = operationCount * clientCount;
  console.log(
    `${Math.round(pairs / ((performance.now() - startedAt) / 1_000))} pairs of operation and client a second taken in`,
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // A month at once takes longer than a transaction may here; its keys are those of the day that came in.
  await client.query('SET transaction_timeout = 0; SET session_replication_role = replica');
  await client.query(
    `INSERT INTO usage_count SELECT graph_id, day - n, operation_id, client_id, count, errors, latency, last_at - make_interval(days => n)
    FROM usage_count, generate_series(1, $1::int) AS n`,
    [days - 1],
  );
  await client.query('VACUUM ANALYZE usage_count');
  const { rows } = await client.query<{ name: string; size: string }>(
    `SELECT relname AS name, pg_total_relation_size(oid) AS size FROM pg_class WHERE relname LIKE 'usage_%' AND relkind = 'r'`,
  );
  await client.end();
  const megabytes = rows.reduce((sum, { size }) => sum + Number(size), 0) / 1_000_000;
  console.log(
    `${operationCount} operations of ${clientCount} clients each day of ${days}: ${Math.round(megabytes)} MB in Postgres`,
  );
  await timed('the usage of these days, as a check reads it', () => send('/usage?days=30'));
}

async function send(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${base}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}`);
  return text;
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const [startedAt, before] = [performance.now(), cpuMs()];
  await work();
  const seconds = (ms: number) => (ms / 1_000).toFixed(2).padStart(6);
  console.log(
    `${name.padEnd(46)} ${seconds(performance.now() - startedAt)} s, ${seconds(cpuMs() - before)} s of CPU`,
  );
}

function cpuMs(): number {
  return usageOf(server.pid ?? 0).cpuMs;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
