import { createRegistryDatabase, type RegistryDatabase } from '@murmuration/prisma/registry';
import { composeBaseline, composeCandidate } from '@murmuration/registry/server';
import { publishRequest, wireLimits } from '@murmuration/registry/wire';
import { metrics } from '@murmuration/service-kit';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { config as checkConfig, people } from '../../test/cast.ts';
import { letGo } from '../src/retention.ts';
import { newSecret } from '../src/tokens/secret.ts';
import { tokenLimits } from '../src/tokens/tokens.ts';
import { isCovered } from '../src/usage/reported.ts';
import { doJob } from '../src/work/do-job.ts';
import { ask, createWorld, publication, report, type RunningHere, type World } from './world.ts';

/** What callers do that mean harm, or have no luck. */
let world: World;
let registry: RunningHere;
let database: RegistryDatabase;
const mostChecks = 3;
const config = checkConfig({ contracts: { public: { exclude: ['internal'] } } });

beforeAll(async () => {
  world = await createWorld();
  registry = await world.start({ CHECKS_KEEP_MOST: String(mostChecks) });
  database = createRegistryDatabase({ url: world.databaseUrl, poolSize: 3 });
  await send('/publications', publication([people()], { init: true, config }));
});
afterAll(async () => {
  await database.$disconnect();
  await world.stop();
});
afterEach(() => void vi.restoreAllMocks());

const dayMs = 86_400_000;
const send = (path: string, body: unknown) => ask(registry.url, world.adminToken, 'POST', path, body);
const get = (path: string, token = world.adminToken) => ask(registry.url, token, 'GET', path);
const check = () =>
  send('/checks', {
    config: { subgraphs: '*', lint: { default: 'ignore' } },
    edit: publication([people('name: String nameHistory: [String!] more: Int')]).edit,
    against: 'head',
  });
const graphId = async () => (await database.graph.findFirstOrThrow()).id;

it('a flood of made-up tokens leaves connections to those who hold good ones', async () => {
  const { running, waiting } = tokenLimits.strangers;
  const surplus = 50;
  const statuses: number[] = [];
  let flood: Promise<unknown> = Promise.resolve();
  await database.$transaction(
    async (holding) => {
      await holding.$executeRaw`LOCK TABLE token IN ACCESS EXCLUSIVE MODE`;
      flood = Promise.all(
        Array.from({ length: running + waiting + surplus }, async () =>
          statuses.push((await get('/versions', newSecret())).status),
        ),
      );
      await expect.poll(() => statuses.length).toBe(surplus);
      expect((await get('/versions')).status).toBe(200);
    },
    { timeout: 30_000 },
  );
  await flood;
  expect(statuses.slice(0, surplus)).toEqual(Array(surplus).fill(503));
  expect(statuses.slice(surplus)).toEqual(Array(running + waiting).fill(401));
});

it('contracts that no version has cost no thread anything', async () => {
  const jobs = async () => {
    const { values } = (await metrics.getSingleMetric('registry_job_duration_seconds')?.get()) ?? {
      values: [],
    };
    return (values as { metricName: string; labels: { job?: string }; value: number }[])
      .filter(({ labels, metricName }) => metricName.endsWith('_count') && labels.job === 'variant')
      .reduce((sum, { value }) => sum + value, 0);
  };
  const before = await jobs();
  for (const name of ['a', '__proto__', 'constructor', '%00', "'"]) {
    const { status } = await get(`/supergraph?contract=${name}`);
    expect([name, status]).toEqual([name, name === '%00' ? 400 : 404]);
    expect((await get(`/versions/7/supergraph?contract=${name}`)).status).toBe(status);
  }
  expect((await get('/versions/7/supergraph?accessRules=strip')).status).toBe(404);
  expect(await jobs()).toBe(before);
  expect((await get('/supergraph?contract=public')).status).toBe(200);
  expect(await jobs()).toBe(before + 1);
});

it('as many contracts as there may be, and no more', async () => {
  const contracts = Object.fromEntries(
    Array.from({ length: wireLimits.contracts + 1 }, (_, at) => [`c${at}`, {}] as const),
  );
  const { status, text } = await send('/checks', {
    config: { subgraphs: '*', contracts },
    edit: publication([people()]).edit,
    against: 'head',
  });
  expect([status, text]).toEqual([400, expect.stringContaining('too many contracts')]);
});

it('of checks only the newest are kept', async () => {
  for (let at = 0; at < mostChecks + 2; at++) expect((await check()).status).toBe(200);
  const ids = ((await get('/checks')).json as { id: number }[]).map(({ id }) => id);
  expect(ids).toEqual([5, 4, 3]);
});

it('a usage file with a time that the database cannot read ends no check', async () => {
  const file = (to: string) => ({ version: 1, from: '2026-10-01T00:00:00Z', to, operations: [] });
  expect((await send('/usage-files', file('0000-01-01T00:00:00Z'))).status).toBe(400);
  expect((await send('/usage-files', file('2999-11-01T00:00:00+23:00'))).status).toBe(204);
  expect((await send('/usage-files', file(`2999-11-01T00:00:00.${'1'.repeat(200)}Z`))).status).toBe(204);
  expect((await check()).status).toBe(200);
  // As a registry kept it that did not look.
  await database.$executeRaw`INSERT INTO usage_file (graph_id, hash, body)
    VALUES (${await graphId()}, '\\x01', ${JSON.stringify(file('2999-11-01T00:00:00+23:00'))}::jsonb)`;
  expect((await check()).status).toBe(200);
  expect((await get('/usage?days=30')).json).toHaveLength(3);
  await database.$executeRaw`DELETE FROM usage_file`;
});

it('clients of once give their places up, and none that is counted just now', async () => {
  const document = 'query Names { me { name } }';
  for (const [at, client] of ['gone', 'here', 'back'].entries())
    await send('/usage', report([{ document, client, count: 1 }], { sequence: at + 1 }));
  const kept = { usageDays: 90, checksDays: 90 };
  const names = async () =>
    (await database.usageClient.findMany({ orderBy: { name: 'asc' } })).map(({ name }) => name);
  await letGo(database, kept);
  expect(await names()).toEqual(['back', 'gone', 'here']);

  const [count] = await database.$queryRaw<{ client: bigint; operation: bigint }[]>`
    DELETE FROM usage_count USING usage_client c WHERE client_id = c.id AND name = 'back'
    RETURNING client_id AS client, operation_id AS operation`;
  await database.$executeRaw`DELETE FROM usage_count USING usage_client c WHERE client_id = c.id AND name = 'gone'`;
  let cleaning: Promise<unknown> = Promise.resolve();
  await database.$transaction(
    async (counting) => {
      await counting.$executeRaw`INSERT INTO usage_count
        SELECT ${await graphId()}, now()::date, ${count?.operation}::bigint, ${count?.client}::bigint, 1, 0, '{}', now()`;
      cleaning = letGo(database, kept);
      await expect
        .poll(async () => {
          const [waits] = await database.$queryRaw<
            { count: number }[]
          >`SELECT count(*)::int FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM usage_client%'`;
          return waits?.count;
        })
        .toBe(1);
    },
    { timeout: 30_000 },
  );
  await cleaning;
  expect(await names()).toEqual(['back', 'here']);
  expect(await database.usageCount.count()).toBe(2);
});

it('a process whose clock is wrong takes no unknown days for known ones, and dates no version by it', async () => {
  await database.$executeRaw`DELETE FROM usage_hour`;
  await database.$executeRaw`INSERT INTO usage_hour SELECT id, hour, hour, hour + interval '1 hour', 0
    FROM graph, generate_series(date_trunc('hour', now()) - interval '31 days', now() - interval '2 days', interval '1 hour') AS hour`;
  const realMs = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(realMs - 2 * dayMs);
  expect(await isCovered(database, await graphId(), 20)).toBe(false);
  const late = people('name: String nameHistory: [String!] late: Int');
  const request = publishRequest.parse(publication([late], { config }));
  const published = await doJob(
    database,
    { kind: 'publish', graphId: await graphId(), request, sdlBytes: 100_000 },
    { isGone: () => false, composeBaseline, composeCandidate },
  );
  expect(published).toMatchObject({ status: 'published', id: 2 });
  const { at } = await database.version.findFirstOrThrow({ where: { id: 2 } });
  expect(Math.abs(at.getTime() - realMs)).toBeLessThan(dayMs);
});
