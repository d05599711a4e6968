import { createHash } from 'node:crypto';
import { createRegistryDatabase } from '@murmuration/prisma/registry';
import { metrics } from '@murmuration/service-kit';
import { createGate } from '@murmuration/testing';
import { compactVerify, createLocalJWKSet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people, posts } from '../../test/cast.ts';
import { desk } from '../../test/desk.ts';
import { ask, createWorld, graph, publication, report, type RunningHere, type World } from './world.ts';

const rounds = Number(process.env['REGISTRY_RACE_ROUNDS'] ?? 25);
/** For a transaction that holds others up. */
const patience = { timeout: 30_000 };
const fieldsUpTo = (count: number) => Array.from({ length: count }, (_, at) => `f${at}: Int`).join(' ');

describe('two registries on one database', () => {
  let world: World;
  let one: RunningHere;
  let other: RunningHere;
  beforeAll(async () => {
    world = await createWorld();
    [one, other] = await Promise.all([world.start(), world.start()]);
  });
  afterAll(() => world.stop());

  it(`lose nothing while two publishers race for ${rounds} rounds`, async () => {
    const send = (url: string, body: unknown) => ask(url, world.adminToken, 'POST', '/publications', body);
    await send(one.url, publication([people()], { init: true }));
    for (let round = 1; round <= rounds; round++) {
      const answers = await Promise.all([
        send(one.url, publication([people(`name: String nameHistory: [String!] ${fieldsUpTo(round)}`)])),
        send(other.url, publication([posts(`text: String! ${fieldsUpTo(round)}`)])),
      ]);
      expect(answers.map(({ json }) => (json as { status: string }).status)).toEqual([
        'published',
        'published',
      ]);
    }
    const versions = (await ask(other.url, world.adminToken, 'GET', '/versions')).json as { id: number }[];
    expect(versions.map(({ id }) => id)).toEqual(Array.from({ length: 2 * rounds + 1 }, (_, at) => at + 1));
    const some = (await ask(other.url, world.adminToken, 'GET', '/versions?before=9&most=3')).json;
    expect(some).toEqual(versions.slice(5, 8));
    expect((await ask(other.url, world.adminToken, 'GET', '/versions?most=501')).status).toBe(400);
    const head = (await ask(other.url, world.adminToken, 'GET', '/versions/head')).json as {
      subgraphs: { sdl: string }[];
    };
    for (const { sdl } of head.subgraphs) expect(sdl).toContain(`f${rounds - 1}: Int`);
  });

  it('deliver the newest, signed; who has it already is told so', async () => {
    const first = await ask(one.url, world.adminToken, 'GET', '/supergraph');
    expect(first.headers.get('cache-control')).toBe('public, no-cache');
    expect(first.headers.get('vary')).toContain('authorization');
    const etag = String(first.headers.get('etag'));
    const again = (url: string) =>
      ask(url, world.adminToken, 'GET', '/supergraph', undefined, { 'if-none-match': etag });
    expect(await again(one.url)).toMatchObject({ status: 304, text: '' });

    const keys = (await (await fetch(`${one.url}/.well-known/jwks.json`)).json()) as { keys: object[] };
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const signature = String(first.headers.get('supergraph-signature'));
    const { payload } = await compactVerify(signature, createLocalJWKSet(keys as never));
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ graph, version: 2 * rounds + 1 });

    await ask(
      one.url,
      world.adminToken,
      'POST',
      '/publications',
      publication([posts(`text: String! more: Int ${fieldsUpTo(rounds)}`)]),
    );
    // Here at once, elsewhere after what a head may be old.
    expect((await again(one.url)).status).toBe(200);
    await expect.poll(async () => (await again(other.url)).status).toBe(200);

    const old = await ask(other.url, world.adminToken, 'GET', '/versions/1/supergraph');
    expect(old.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(old.text).not.toContain('type Post');
    expect((await ask(one.url, world.adminToken, 'GET', '/versions/9999/supergraph')).status).toBe(404);
  });

  it('refuse what would break the head, force only for an admin, and a contract that is not there', async () => {
    const breaking = await ask(
      one.url,
      world.adminToken,
      'POST',
      '/publications',
      publication([people('name: String')]),
    );
    expect(breaking.json).toMatchObject({ status: 'refused', report: { verdict: 'failed' } });
    const checks = (await ask(other.url, world.adminToken, 'GET', '/checks')).json as {
      id: number;
      verdict: string;
    }[];
    expect(checks[0]).toMatchObject({ verdict: 'failed', by: 'alice (root)' });
    const kept = await ask(other.url, world.adminToken, 'GET', `/checks/${checks[0]?.id}`);
    expect(kept.json).toMatchObject({ report: { verdict: 'failed' } });
    const config = { subgraphs: '*' };
    const back = { config, id: 1, by: 'alice', message: '' };
    expect((await ask(one.url, world.adminToken, 'POST', '/rollbacks', back)).json).toMatchObject({
      status: 'refused',
    });
    const forced = await ask(one.url, world.adminToken, 'POST', '/rollbacks', { ...back, force: true });
    expect(forced.json).toMatchObject({ status: 'published' });
    expect((await ask(one.url, world.adminToken, 'GET', '/supergraph?contract=public')).status).toBe(404);
  });

  it('bear hostile texts: they are refused by name or kept as they are', async () => {
    const before = (await ask(one.url, world.adminToken, 'GET', '/versions')).json as unknown[];
    const hostile = [
      publication([{ ...people(), sdl: 'x'.repeat(10_000_000) }]),
      publication([{ ...people(), sdl: 'type Query { a: Int }\0' }]),
      publication([{ ...people(), sdl: '{'.repeat(100_000) }]),
      publication([{ ...people(), sdl: `type Query { a${'[Int'.repeat(5_000)} }` }]),
      publication([people('name(a: String = "\\\\u0000", b: String = "\\u0000"): String!')]),
      publication([{ ...people(), name: '' }]),
      publication([{ ...people(), name: 'x'.repeat(300) }]),
      { ...publication([people()]), config: { subgraphs: '*', policy: { breaking: 'whatever' } } },
      { ...publication([people()]), surplus: 1 },
    ];
    for (const body of hostile) {
      const { json, status, text } = await ask(one.url, world.adminToken, 'POST', '/publications', body);
      if (status === 200) expect(json).toMatchObject({ status: 'refused' });
      else expect([status, text.slice(0, 200)]).toEqual([400, expect.stringContaining('BAD_INPUT')]);
    }
    expect((await ask(one.url, world.adminToken, 'GET', '/versions')).json).toHaveLength(before.length);
  });
});

it('a gateway that enforces no access rules gets none, signed, and its version is known', async () => {
  const world = await createWorld();
  const { url } = await world.start();
  const sdl = people()
    .sdl.replace('"@tag"', '"@tag", "@requiresScopes"')
    .replace('me: User', 'me: User @requiresScopes(scopes: [["self"]])');
  const config = {
    subgraphs: '*',
    lint: { default: 'ignore' },
    contracts: { public: { exclude: ['internal'] } },
  };
  const first = publication([{ ...people(), sdl }], { init: true, config });
  expect((await ask(url, world.adminToken, 'POST', '/publications', first)).json).toMatchObject({ id: 1 });
  const whole = await ask(url, world.adminToken, 'GET', '/supergraph');
  expect(whole.text).toContain('requiresScopes');
  for (const variant of ['accessRules=strip', 'accessRules=strip&contract=public']) {
    const { headers, text } = await ask(url, world.adminToken, 'GET', `/supergraph?${variant}`);
    expect(text).toContain('nameHistory');
    expect(text).not.toContain('requiresScopes');
    expect(headers.get('etag')).not.toBe(whole.headers.get('etag'));
    expect(headers.get('supergraph-signature')).toBeTruthy();
    const supergraph = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const gateway = { name: 'stripped', supergraph };
    await ask(
      url,
      world.adminToken,
      'POST',
      '/usage',
      report([], { gateway, reporter: `reporter-${supergraph}` }),
    );
    const gateways = await ask(url, world.adminToken, 'GET', '/gateways');
    expect(gateways.json).toMatchObject([{ name: 'stripped', version: 1 }]);
  }
  await world.stop();
});

it('a publisher that dies in the middle leaves nothing, and the next one goes on', async () => {
  const world = await createWorld();
  const gate = await createGate(world.databaseUrl);
  const cut = await world.start({ REGISTRY_DATABASE_URL: gate.url });
  const whole = await world.start();
  const send = (url: string, body: unknown) => ask(url, world.adminToken, 'POST', '/publications', body);
  await send(whole.url, publication([people()], { init: true }));
  for (const text of ['FOR UPDATE', 'INSERT INTO content', 'INSERT INTO version', 'UPDATE graph SET head']) {
    const versions = ((await ask(whole.url, world.adminToken, 'GET', '/versions')).json as unknown[]).length;
    gate.cutAt(text, 'asked');
    const more = publication([people(`name: String nameHistory: [String!] ${fieldsUpTo(versions)}`)]);
    const { status } = await send(cut.url, more);
    expect(status).toBeGreaterThanOrEqual(500);
    expect((await ask(whole.url, world.adminToken, 'GET', '/versions')).json).toHaveLength(versions);
    expect((await send(whole.url, more)).json).toMatchObject({ status: 'published', id: versions + 1 });
  }
  // The database is away: what was delivered before still is.
  const etag = (await ask(cut.url, world.adminToken, 'GET', '/supergraph')).headers.get('etag');
  await gate.cut();
  const stale = await ask(cut.url, world.adminToken, 'GET', '/supergraph');
  expect([stale.status, stale.headers.get('etag')]).toEqual([200, etag]);
  expect((await ask(cut.url, world.adminToken, 'GET', '/versions')).status).toBe(503);
  await gate.mend();
  await world.stop();
  await gate.close();
});

it('what its client gave up is published no more, whether it waits or runs', async () => {
  const world = await createWorld();
  const { url } = await world.start();
  const versions = async () =>
    (await ask(url, world.adminToken, 'GET', '/versions')).json as { id: number }[];
  await ask(url, world.adminToken, 'POST', '/publications', publication([people()], { init: true }));
  const database = createRegistryDatabase({ url: world.databaseUrl, poolSize: 1 });
  const waiting = async () =>
    (await metrics.getSingleMetric('registry_jobs_waiting')?.get())?.values[0]?.value;
  await database.$transaction(async (holding) => {
    // Nobody reads a version: the first publication stays at the look at the head, and the second waits behind it.
    await holding.$executeRaw`LOCK TABLE version IN ACCESS EXCLUSIVE MODE`;
    const giveUp = new AbortController();
    const given = ['runs', 'waits'].map((field) =>
      fetch(`${url}/v1/graphs/${graph}/publications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(publication([people(`name: String nameHistory: [String!] ${field}: Int`)])),
        signal: giveUp.signal,
      }).catch(({ name }: Error) => name),
    );
    await expect.poll(waiting).toBe(1);
    giveUp.abort();
    expect(await Promise.all(given)).toEqual(['AbortError', 'AbortError']);
    await expect.poll(waiting).toBe(0);
    // Both ends came before this answer goes.
    expect((await ask(url, world.adminToken, 'GET', '/approvals?context=x')).status).toBe(200);
  }, patience);
  await database.$disconnect();
  const more = publication([people('name: String nameHistory: [String!] more: Int')]);
  expect((await ask(url, world.adminToken, 'POST', '/publications', more)).json).toMatchObject({ id: 2 });
  expect(await versions()).toHaveLength(2);
  await world.stop();
});

it('the command line works on a server as on a folder', async () => {
  const world = await createWorld();
  const { url } = await world.start();
  using here = desk();
  here.write(
    'registry.config.json',
    JSON.stringify({
      subgraphs: 'subgraphs/*/schema.graphql',
      complete: true,
      lint: { default: 'ignore' },
      registry: { url, graph },
    }),
  );
  here.write('subgraphs/people/schema.graphql', people().sdl);
  here.env['REGISTRY_TOKEN'] = world.adminToken;

  expect(await here.registry('check')).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing has been published yet'),
  });
  expect(await here.registry('publish')).toMatchObject({ code: 2, err: expect.stringContaining('--init') });
  expect(await here.registry('publish', '--init')).toMatchObject({ code: 0, out: 'Published version 1.\n' });
  expect(await here.registry('publish', '--init')).toMatchObject({ code: 3 });

  here.write('subgraphs/people/schema.graphql', people('nameHistory: [String!]').sdl);
  const refused = await here.registry('check', '--context', 'pull/1', '--format', 'json');
  expect(refused.code).toBe(1);
  const { changes } = JSON.parse(refused.out) as { changes: { id: string }[] };
  expect(await here.registry('publish', '--context', 'pull/1')).toMatchObject({ code: 1 });
  const approved = await here.registry(
    'approve',
    changes[0]?.id ?? '',
    '--context',
    'pull/1',
    '--reason',
    'nobody reads it',
  );
  expect(approved.code).toBe(0);
  expect(await here.registry('publish', '--context', 'pull/1')).toMatchObject({
    code: 0,
    out: 'Published version 2.\n',
  });

  expect(await here.registry('freeze', '--reason', 'incident 7')).toMatchObject({ code: 0 });
  expect(await here.registry('rollback', '1', '--force')).toMatchObject({
    code: 2,
    err: expect.stringContaining('incident 7'),
  });
  expect(await here.registry('unfreeze')).toMatchObject({ code: 0 });
  expect(await here.registry('rollback', '1')).toMatchObject({ code: 0, out: 'Published version 3.\n' });
  expect((await here.registry('versions')).out.split('\n')).toHaveLength(4);
  expect((await here.registry('diff', 'version:2', 'head')).out).toContain('User.name');

  // Two environments: what one lets go breaks the other.
  const staging = `mrt_${'s'.repeat(43)}`;
  const other = await world.start({
    REGISTRY_TOKENS: [`${graph}:${world.adminToken}`, `${graph}-staging:${staging}`]
      .map((pair) => pair.split(':') as [string, string])
      .map(([name, token]) => `ci:${name}:admin:${createHash('sha256').update(token).digest('hex')}`)
      .join(','),
  });
  here.env['REGISTRY_TOKEN'] = `${graph}=${world.adminToken},${graph}-staging=${staging}`;
  const at = (...graphs: string[]) => [
    '--registry',
    other.url,
    ...graphs.flatMap((name) => ['--graph', name]),
  ];
  here.write('subgraphs/people/schema.graphql', people('name: String').sdl);
  expect((await here.registry('publish', '--init', ...at(`${graph}-staging`))).code).toBe(0);
  expect(await here.registry('check', ...at(`${graph}-staging`))).toMatchObject({ code: 0 });
  const both = await here.registry('check', '--format', 'json', ...at(`${graph}-staging`, graph));
  expect(both.code).toBe(1);
  expect(JSON.parse(both.out)).toMatchObject([
    { graph: `${graph}-staging`, verdict: 'passed' },
    { graph, verdict: 'failed' },
  ]);
  expect((await here.registry('check', ...at('elsewhere'))).err).toContain(
    'no token for the graph elsewhere',
  );

  here.env['REGISTRY_TOKEN'] = `mrt_${'b'.repeat(43)}`;
  expect(await here.registry('check')).toMatchObject({ code: 2, err: expect.stringContaining('not good') });
  here.env['REGISTRY_TOKEN'] = '';
  expect(await here.registry('check')).toMatchObject({
    code: 3,
    err: expect.stringContaining('REGISTRY_TOKEN'),
  });
  await world.stop();
  here.env['REGISTRY_TOKEN'] = world.adminToken;
  expect(await here.registry('check')).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be reached'),
  });
});
