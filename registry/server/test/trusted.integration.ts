import { createRegistryDatabase } from '@murmuration/prisma/registry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '@murmuration/service-kit';
import { loadTrustedDocuments } from '../../../gateway/src/operation/documents/trusted.ts';
import { publicKeys } from '../../../gateway/src/supergraph/public-keys.ts';
import { people } from '../../test/cast.ts';
import { desk } from '../../test/desk.ts';
import { ask, createWorld, graph, publication, report, type RunningHere, type World } from './world.ts';

let world: World;
let registry: RunningHere;
beforeAll(async () => {
  world = await createWorld();
  registry = await world.start();
  await ask(registry.url, world.adminToken, 'POST', '/publications', publication([people()], { init: true }));
});
afterAll(() => world.stop());

const names = 'query Names { me { name } }';
const ids = 'query Ids { me { id } }';
const history = 'query History { me { nameHistory } }';
const dayMs = 86_400_000;
const trust = (app: string, version: string, documents: Record<string, string>) =>
  ask(registry.url, world.adminToken, 'POST', '/trusted-manifests', { app, version, documents });
const retire = (query: string) =>
  ask(registry.url, world.adminToken, 'DELETE', `/trusted-manifests?${query}`);
const documents = (headers?: Record<string, string>) =>
  ask(registry.url, world.adminToken, 'GET', '/trusted-documents', undefined, headers);

it('what an app was built with is given to gateways, and never means anything else', async () => {
  expect((await documents()).json).toEqual({});
  expect((await trust('ios', '2.1', { a: names, b: history })).json).toEqual({ status: 'trusted' });
  expect((await trust('ios', '2.1', { b: history, a: names })).json).toEqual({ status: 'unchanged' });
  expect((await trust('ios', '2.2', { a: names })).status).toBe(201);
  const given = await documents();
  expect(given.json).toEqual({ a: names, b: history });
  const etag = String(given.headers.get('etag'));
  expect(await documents({ 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });

  for (const [refused, expected] of [
    [trust('ios', '2.1', { a: names }), 'has other documents already'],
    [trust('web', '1', { a: history }), 'means another document in ios@2.1'],
  ] as const)
    expect(await refused).toMatchObject({ status: 409, text: expect.stringContaining(expected) });
  for (const text of [
    '{ me { age } }',
    'query {',
    '{ me { id } } query B { me { id } }',
    'type A { a: Int }',
    '',
  ])
    expect((await trust('web', '1', { a1: text })).status).toBe(400);
  expect((await documents({ 'if-none-match': etag })).status).toBe(304);
});

it('a change that breaks them is refused, whatever was reported', async () => {
  await ask(
    registry.url,
    world.adminToken,
    'POST',
    '/usage',
    report([], { window: { ageMs: 0, durationMs: 6 * dayMs } }),
  );
  const config = { subgraphs: '*', lint: { default: 'ignore' }, usage: { windowDays: 5 } };
  const { edit } = publication([people('name: String')]);
  const { json } = await ask(registry.url, world.adminToken, 'POST', '/checks', {
    config,
    edit,
    against: 'head',
  });
  expect(json).toMatchObject({
    report: { verdict: 'failed', documents: [{ operation: 'History', file: 'ios@2.1', isNew: true }] },
  });
});

it('a version of an app is retired when nobody used it for long, and that is known', async () => {
  const refusal = async (query: string) => (await retire(query)).text;
  expect(await refusal('app=ios&version=2.1')).toContain('may be on its way to people');
  const database = createRegistryDatabase({ url: world.databaseUrl, poolSize: 1 });
  await database.$executeRaw`UPDATE trusted_manifest SET at = now() - interval '40 days'`;
  expect(await refusal('app=ios&version=2.1')).toContain('unknown is not unused');
  // As if gateways had reported all the time.
  await database.$executeRaw`INSERT INTO usage_hour SELECT id, hour, hour, hour + interval '1 hour', 0
    FROM graph, generate_series(date_trunc('hour', now()) - interval '31 days', now(), interval '1 hour') AS hour
    WHERE name = ${graph} ON CONFLICT DO NOTHING`;
  await database.$disconnect();
  const used = report([{ document: names, client: 'ios', version: '2.2', count: 3 }], { sequence: 9 });
  await ask(registry.url, world.adminToken, 'POST', '/usage', used);
  expect(await refusal('app=ios&version=2.2')).toContain('it sent 3 calls in the last 30 days');
  expect((await retire('app=ios&version=2.1')).json).toEqual({ status: 'retired' });
  expect((await retire('app=ios&version=2.1')).status).toBe(404);
  expect((await documents()).json).toEqual({ a: names });
  expect((await ask(registry.url, world.adminToken, 'GET', '/trusted-manifests')).json).toMatchObject([
    { app: 'ios', version: '2.2', documents: 1, lastUsedAt: expect.any(String) },
  ]);
});

it('the command line takes manifests of those who make them', async () => {
  using here = desk();
  here.write(
    'registry.config.json',
    JSON.stringify({ subgraphs: '*', registry: { url: registry.url, graph } }),
  );
  here.env['REGISTRY_TOKEN'] = world.adminToken;
  here.write(
    'manifest.json',
    JSON.stringify({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: 'x', name: 'Names', type: 'query', body: names }],
    }),
  );
  const web = ['--app', 'web', '--app-version', '7'];
  expect(await here.registry('trust', 'manifest.json', ...web)).toMatchObject({
    code: 0,
    out: 'web@7: 1 documents trusted.\n',
  });
  expect((await here.registry('trusted')).out).toMatch(/web@7 {2}1 documents .* never seen/);
  expect(await here.registry('retire', ...web)).toMatchObject({
    code: 2,
    err: expect.stringContaining('on its way'),
  });
  expect((await here.registry('retire', ...web, '--force')).code).toBe(0);
  expect((await here.registry('trusted')).out).not.toContain('web@7');
});

it('a gateway keeps what is newer when the registry is set back to an older copy', async () => {
  const keys = publicKeys().parse(await (await fetch(`${registry.url}/.well-known/jwks.json`)).text());
  const warned: string[] = [];
  const logger = createLogger('gateway', 'silent');
  logger.warn = ((problem: { err: Error }) => void warned.push(problem.err.message)) as typeof logger.warn;
  const gateway = await loadTrustedDocuments({
    url: `${registry.url}/v1/graphs/${graph}/trusted-documents`,
    file: undefined,
    token: world.adminToken,
    keys,
    pollMs: 20,
    isRequired: true,
    logger,
  });
  const database = createRegistryDatabase({ url: world.databaseUrl, poolSize: 1 });
  try {
    // The copy of a moment, before what is trusted next.
    const [copy] = await database.$queryRaw<{ version: number }[]>`
      SELECT trusted_version AS version FROM graph WHERE name = ${graph}`;
    const before = Number((await documents()).headers.get('trusted-documents-version'));
    expect(before).toBe(copy?.version);
    await trust('tv', '1', { newer: ids });
    expect((await documents()).headers.get('trusted-documents-version')).toBe(String(before + 1));
    await expect.poll(() => gateway.textOf('newer')).toBe(ids);

    await database.$transaction([
      database.$executeRaw`DELETE FROM trusted_manifest WHERE app = 'tv'`,
      database.$executeRaw`UPDATE graph SET trusted_version = ${before}::int WHERE name = ${graph}`,
    ]);
    await expect
      .poll(() => warned.join())
      .toContain(`has the version ${before}, and ${before + 1} was taken`);
    expect(gateway.textOf('newer')).toBe(ids);

    // Once it went further than it had been its word counts again.
    await trust('tv', '2', { other: history });
    await trust('tv', '3', { third: names });
    await expect.poll(() => gateway.textOf('other')).toBe(history);
    expect(gateway.textOf('newer')).toBeUndefined();
  } finally {
    gateway.stop();
    await database.$disconnect();
  }
});
