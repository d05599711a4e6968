import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createPool } from '@murmuration/postgres';
import { createLogger, metrics } from '@murmuration/service-kit';
import { createGate, createTestDatabase, type TestDatabase } from '@murmuration/testing';
import { runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Crontab, type JobWorker, startJobWorker, type Task } from '../src/index.ts';

const limits = { pollMs: 100, heartbeatMs: 100, silenceMs: 4_000, stopMs: 200, upkeepMs: 200 };
const logger = createLogger('jobs-test', 'silent');

let database: TestDatabase;
let pool: pg.Pool;
const workers: JobWorker[] = [];

beforeEach(async () => {
  database = await createTestDatabase('user');
  pool = createPool({ url: database.url });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await pool.end();
  await database.drop();
});

async function work(task: Task, crontab: Crontab = [], url = database.url): Promise<JobWorker> {
  const worker = await startJobWorker({
    url,
    name: 'test',
    logger,
    limits,
    tasks: { note: task },
    crontab,
  });
  workers.push(worker);
  return worker;
}

const enqueue = (payload: object, more = '') =>
  pool.query(`SELECT graphile_worker.add_job('note', $1::json ${more})`, [JSON.stringify(payload)]);
const jobs = async () =>
  (await pool.query('SELECT attempts, locked_by, last_error FROM graphile_worker._private_jobs')).rows;

async function metric(name: string, labels: Record<string, string>): Promise<number> {
  const { values } = (await metrics.getSingleMetric(name)?.get()) ?? { values: [] };
  const matches = (each: Partial<Record<string, string | number>>) =>
    Object.entries(labels).every(([label, value]) => each[label] === value);
  return values.find((each) => matches(each.labels))?.value ?? 0;
}

test.each(['user', 'timeline'] as const)(
  'the migration of %s is what the installed library wants',
  async (name) => {
    const own = await createTestDatabase(name);
    const sql = createPool({ url: own.url });
    const revisions = async () =>
      (await sql.query('SELECT id, breaking FROM graphile_worker.migrations ORDER BY id')).rows;
    const before = await revisions();
    await runMigrations({ connectionString: own.url });
    expect(await revisions()).toEqual(before);
    await sql.end();
    await own.drop();
  },
);

test('what is done by the clock is noted in the database, where several workers find that it was done', async () => {
  const daily = [{ task: 'note', match: '0 4 * * *', priority: 10 }];
  await Promise.all([work(async () => undefined, daily), work(async () => undefined, daily)]);
  const known = async () =>
    (
      await pool.query<{ identifier: string }>(
        'SELECT identifier FROM graphile_worker._private_known_crontabs',
      )
    ).rows;
  await expect.poll(known).toEqual([{ identifier: 'note' }]);
  await expect(
    work(async () => undefined, [{ task: 'note', match: 'never', priority: 0 }]),
  ).rejects.toThrow();
});

test('a job comes with the transaction that enqueues it, or not at all', async () => {
  const done: unknown[] = [];
  await work(async (payload) => void done.push(payload));
  const client = await pool.connect();
  for (const end of ['ROLLBACK', 'COMMIT']) {
    await client.query('BEGIN');
    await client.query(`SELECT graphile_worker.add_job('note', '{"end":"${end}"}')`);
    await client.query(end);
  }
  client.release();
  await vi.waitUntil(() => done.length > 0, { timeout: 20_000 });
  await vi.waitUntil(async () => (await jobs()).length === 0, { timeout: 20_000 });
  expect(done).toEqual([{ end: 'COMMIT' }]);
});

test('a job that fails comes again, and is given up when its attempts are used up', async () => {
  const before = await metric('jobs_total', { task: 'note', outcome: 'given_up' });
  let attempts = 0;
  const ids = new Set<string>();
  await work(async (_payload, { jobId }) => {
    attempts++;
    ids.add(jobId);
    throw new Error('the other side is down');
  });
  await enqueue({}, ', max_attempts := 2');
  await vi.waitUntil(() => attempts === 1, { timeout: 20_000 });
  // As if the pause were over.
  await vi.waitUntil(
    async () => {
      await pool.query('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL');
      return attempts === 2;
    },
    { timeout: 20_000 },
  );
  await vi.waitUntil(
    async () => (await metric('jobs_total', { task: 'note', outcome: 'given_up' })) === before + 1,
    { timeout: 20_000 },
  );
  expect(ids.size).toBe(1);
  expect(await jobs()).toEqual([{ attempts: 2, locked_by: null, last_error: 'the other side is down' }]);
});

test('the job of a killed worker is done by another within seconds', async () => {
  const child = fork(new URL('./support/worker.ts', import.meta.url), [database.url]);
  const taken = new Promise((resolve) => child.on('message', (text) => text === 'taken' && resolve(text)));
  await enqueue({ whose: 'anybody' });
  await taken;
  child.kill('SIGKILL');
  await once(child, 'exit');
  const done: unknown[] = [];
  await work(async (payload) => void done.push(payload));
  await vi.waitUntil(() => done.length > 0, { timeout: 20_000 });
  await vi.waitUntil(async () => (await jobs()).length === 0, { timeout: 20_000 });
  expect(done).toEqual([{ whose: 'anybody' }]);
  expect(await metric('jobs_total', { task: 'note', outcome: 'freed' })).toBeGreaterThan(0);
});

test('a worker that starts before its database is there waits for it, and ends at once where waiting mends nothing', async () => {
  const gate = await createGate(database.url);
  await gate.cut();
  const done = Promise.withResolvers<void>();
  const onReady = vi.fn();
  const starting = work(async () => done.resolve(), [], gate.url).then(onReady);
  await enqueue({});
  await pool.query('SELECT pg_sleep(0.5)');
  expect(onReady).not.toHaveBeenCalled();
  await gate.mend();
  await starting;
  await done.promise;
  await Promise.all(workers.splice(0).map((each) => each.stop()));
  await gate.close();

  const elsewhere = new URL(database.url);
  elsewhere.pathname = '/nowhere';
  await expect(work(async () => undefined, [], elsewhere.href)).rejects.toThrow('does not exist');
});

test('a living worker keeps a job for longer than the silence', async () => {
  let starts = 0;
  const gate = Promise.withResolvers<void>();
  const slow: Task = async () => {
    starts++;
    await gate.promise;
  };
  await work(slow);
  await work(slow);
  await enqueue({});
  await vi.waitUntil(() => starts > 0, { timeout: 20_000 });
  await pool.query(
    `UPDATE graphile_worker._private_jobs SET locked_at = locked_at - interval '1 hour' WHERE locked_by IS NOT NULL`,
  );
  // Several rounds of both workers look at the old lock meanwhile.
  const beats = async () =>
    (await pool.query('SELECT max(seen_at) AS at FROM job_worker')).rows[0].at.getTime();
  const since = await beats();
  await vi.waitUntil(async () => (await beats()) > since + 5 * limits.heartbeatMs, { timeout: 20_000 });
  expect(starts).toBe(1);
  gate.resolve();
  await vi.waitUntil(async () => (await jobs()).length === 0, { timeout: 20_000 });
});

test('a worker that stops aborts what it is at, gives it back and takes its row with it', async () => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const worker = await work(async (_payload, { signal }) => {
    started.resolve();
    await once(signal, 'abort');
    aborted.resolve();
    throw new Error('stopped');
  });
  await enqueue({});
  await started.promise;
  workers.splice(workers.indexOf(worker), 1);
  await worker.stop();
  await aborted.promise;
  expect(await jobs()).toMatchObject([{ attempts: 1, locked_by: null }]);
  expect((await pool.query('SELECT id FROM job_worker')).rows).toEqual([]);
});

test('what waits and what was given up is counted, and what was long ago is removed', async () => {
  await enqueue({}, `, run_at := now() + interval '1 day'`);
  await enqueue({}, ', max_attempts := 1');
  await pool.query(`UPDATE graphile_worker._private_jobs SET attempts = 1 WHERE max_attempts = 1`);
  await work(async () => {});
  await vi.waitUntil(async () => (await metric('jobs_given_up', { task: 'note' })) === 1, {
    timeout: 20_000,
  });
  expect(await metric('jobs_waiting', { task: 'note' })).toBe(1);
  expect(await metric('jobs_oldest_age_seconds', { task: 'note' }), 'it is not due').toBe(0);
  await Promise.all(workers.splice(0).map((each) => each.stop()));
  await pool.query(`UPDATE graphile_worker._private_jobs SET updated_at = now() - interval '8 days'`);
  await work(async () => {});
  await vi.waitUntil(async () => (await metric('jobs_given_up', { task: 'note' })) === 0, {
    timeout: 20_000,
  });
  expect(await jobs()).toHaveLength(1);
});
