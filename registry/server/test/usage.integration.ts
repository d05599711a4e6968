import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report, UsageFile } from '../../src/wire-door.ts';
import { people } from '../../test/cast.ts';
import { ask, createWorld, makeToken, publication, report, type RunningHere, type World } from './world.ts';

let world: World;
let registry: RunningHere;
let reporter: string;

beforeAll(async () => {
  world = await createWorld();
  registry = await world.start({
    USAGE_MAX_CLIENTS: '4',
    USAGE_MAX_OPERATIONS: '3',
    USAGE_MAX_DOCUMENT_BYTES: '5000',
    USAGE_MAX_GATEWAYS: '3',
    USAGE_REPORTS_PER_SECOND: '1000',
  });
  reporter = (await makeToken(registry.url, world.adminToken, ['report'])).secret;
  await ask(registry.url, world.adminToken, 'POST', '/publications', publication([people()], { init: true }));
});
afterAll(() => world.stop());

const names = 'query Names { me { name } }';
const ids = 'query Ids { me { id } }';
const dayMs = 86_400_000;
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const send = (body: unknown) => ask(registry.url, reporter, 'POST', '/usage', body);
const usage = async () => (await ask(registry.url, world.adminToken, 'GET', '/usage')).json as UsageFile[];

async function check(fields: string): Promise<Report> {
  const { edit } = publication([people(fields)]);
  const config = { subgraphs: '*', lint: { default: 'ignore' }, usage: { windowDays: 5 } };
  const answer = await ask(registry.url, world.adminToken, 'POST', '/checks', {
    config,
    edit,
    against: 'head',
  });
  return (answer.json as { report: Report }).report;
}

it('a check knows what gateways reported, and refuses by client and version', async () => {
  expect((await check('name: String')).notJudged).toContain('usage');
  const known = { ageMs: 0, durationMs: 5.5 * dayMs };
  const first = report([{ document: names, client: 'ios', version: '2.1', count: 40, errors: 2 }], {
    window: known,
  });
  expect((await send(first)).json).toEqual({ status: 'counted' });
  // Its answer was lost: it comes again, and is counted once.
  expect((await send(first)).json).toEqual({ status: 'known' });
  await send(
    report(
      [
        { document: names, client: 'ios', version: '2.1', count: 2 },
        { document: ids, client: 'web', count: 5 },
      ],
      { sequence: 2 },
    ),
  );

  const unused = await check('name: String');
  expect(unused).toMatchObject({ verdict: 'passed', notJudged: [] });
  const used = await check('nameHistory: [String!]');
  expect(used.verdict).toBe('failed');
  const [change] = used.changes.filter(({ coordinate }) => coordinate === 'User.name');
  expect(change?.usage).toMatchObject({
    status: 'used',
    operations: [{ name: 'Names', clients: ['ios@2.1'], count: 42 }],
  });
  expect((await ask(registry.url, world.adminToken, 'GET', '/gateways')).json).toMatchObject([
    { name: 'gateway-1', version: null },
  ]);
});

it('what is lost makes the hours unknown, and unknown is not unused', async () => {
  const lost = { sequence: 3, lost: 1, window: { ageMs: 0, durationMs: 4 * dayMs } };
  expect((await send(report([], lost))).status).toBe(202);
  const report_ = await check('name: String');
  expect(report_.verdict).toBe('failed');
  expect(report_.notJudged).toContain('usage');
});

it('counts clients beyond the limit as other, and operations beyond it as lost', async () => {
  const many = Array.from({ length: 10 }, (_, at) => ({ document: ids, client: `client-${at}`, count: 1 }));
  expect((await send(report(many, { sequence: 4 }))).status).toBe(202);
  const clients = (await usage()).flatMap(({ operations }) => operations.map(({ client }) => client.name));
  expect(clients).toContain('other');
  expect(new Set(clients).size).toBeLessThanOrEqual(5);
  const long = `query Long { ${'me { id } '.repeat(1_000)}}`;
  const texts = [long, ...Array.from({ length: 5 }, (_, at) => `query Q${at} { me { id } }`)];
  const told = report(
    texts.map((document) => ({ document, client: 'web', count: 1 })),
    { sequence: 5 },
  );
  expect((await send(told)).status).toBe(202);
  const kept = new Set((await usage()).flatMap(({ operations }) => operations.map(({ hash }) => hash)));
  expect(kept.size).toBe(3);
  expect(kept).not.toContain(told.operations[0]?.hash);
});

it('takes an operation by its hash alone once its text was told, and says which ones it does not know or keep', async () => {
  const brief = (operations: object[], documents: string[], sequence: number) => ({
    version: 2,
    reporter: 'reporter-brief',
    sequence,
    gateway: { name: 'gateway-1', supergraph: '0123456789abcdef' },
    window: { ageMs: 0, durationMs: 10_000 },
    lost: 0,
    operations,
    clients: [{ name: 'web' }, { name: 'ios', version: '2.1' }],
    uses: documents.map((document) => ({ operation: hashOf(document), calls: [[1, 3, 1, [0, 2, 1]]] })),
  });
  const countOf = async (document: string) =>
    (await usage())
      .flatMap(({ operations }) => operations)
      .filter((one) => one.hash === hashOf(document) && one.client.name === 'ios')
      .reduce((sum, { count }) => sum + count, 0);
  const before = await countOf(names);
  expect((await send(brief([], [names], 1))).json).toEqual({ status: 'counted' });
  expect(await countOf(names)).toBe(before + 3);

  // It was set back, or let it go: nothing of the report is counted until it comes with the text.
  const fresh = 'query Fresh { me { id } }';
  const [told] = report([{ document: fresh, client: 'ios', count: 1 }]).operations;
  expect(await send(brief([], [names, fresh], 2))).toMatchObject({
    status: 409,
    json: { error: { code: 'UNKNOWN_OPERATIONS', operations: [hashOf(fresh)] } },
  });
  expect(await countOf(names)).toBe(before + 3);
  // There is no room for it here, which its sender must not take for kept.
  expect((await send(brief([told as object], [names, fresh], 2))).json).toEqual({
    status: 'counted',
    unkept: [hashOf(fresh)],
  });
  expect(await countOf(names)).toBe(before + 6);

  const good = brief([], [names], 3);
  for (const calls of [
    [[2, 1, 0, [1]]],
    [[0, 1, 0, [2]]],
    [[0, 1, 0, []]],
    [[0, 1, 0, Array(12).fill(0)]],
    [],
    [[0, 0, 0, [0]]],
  ])
    expect((await send({ ...good, uses: [{ operation: hashOf(names), calls }] })).status).toBe(400);
});

it('takes no garbage', async () => {
  const before = JSON.stringify(await usage());
  const good = report([{ document: names, client: 'ios', count: 1 }], { sequence: 6 });
  const [operation] = good.operations;
  const [use] = good.uses;
  if (!operation || !use) throw new Error('no report');
  const garbage: unknown[] = [
    '{',
    'null',
    [],
    { ...good, version: 2 },
    { ...good, reporter: '<script>' },
    { ...good, sequence: -1 },
    { ...good, window: { ageMs: -1, durationMs: 1 } },
    { ...good, window: { ageMs: 1e12, durationMs: 1 } },
    { ...good, uses: [{ ...use, operation: 'f'.repeat(64) }] },
    { ...good, uses: [{ ...use, count: 1e12 }] },
    { ...good, uses: [{ ...use, errors: 2 }] },
    { ...good, uses: [{ ...use, latency: [] }] },
    { ...good, uses: [{ ...use, client: { name: 'x'.repeat(1_000) } }] },
    { ...good, uses: [{ ...use, client: { name: 'x\0' } }] },
    { ...good, operations: [{ ...operation, document: '{ me { id } }' }] },
    { ...good, operations: [{ ...operation, document: undefined }] },
    report([{ document: 'query {', client: 'ios', count: 1 }], { sequence: 7 }),
    report([{ document: 'type Query { a: Int }', client: 'ios', count: 1 }], { sequence: 7 }),
    report([{ document: '{ a } query B { b }', client: 'ios', count: 1 }], { sequence: 7 }),
    report([{ document: `{${'a{'.repeat(20_000)}`, client: 'ios', count: 1 }], { sequence: 7 }),
    { ...good, operations: Array.from({ length: 3_000 }, () => operation) },
  ];
  for (const body of garbage) {
    const { status, text } = await send(body);
    expect([status, text.slice(0, 300)]).toEqual([400, expect.stringContaining('BAD_INPUT')]);
  }
  expect((await send(`{"x":"${'x'.repeat(3 * 1024 * 1024)}"}`)).status).toBe(413);
  expect(JSON.stringify(await usage())).toBe(before);
  // What was looked at as coordinates is no document for that.
  const text = JSON.stringify(['User.name']);
  const hash = hashOf(text);
  const uses = [{ ...use, operation: hash }];
  const told = {
    ...good,
    uses,
    sequence: 8,
    operations: [{ ...operation, hash, document: undefined, coordinates: ['User.name'] }],
  };
  expect((await send(told)).status).toBe(202);
  expect(
    (await send({ ...told, sequence: 9, operations: [{ ...operation, hash, document: text }] })).status,
  ).toBe(400);
});

it('a flood is turned away and others are served', async () => {
  const narrow = await world.start({ USAGE_REPORTS_PER_SECOND: '5' });
  const flood = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      ask(narrow.url, reporter, 'POST', '/usage', report([], { reporter: 'flooder-1', sequence: at + 1 })),
    ),
  );
  const turnedAway = flood.filter(({ status }) => status === 429);
  expect(turnedAway.length).toBeGreaterThan(0);
  expect(turnedAway[0]?.headers.get('retry-after')).toBe('1');
  expect(flood.every(({ status }) => status === 202 || status === 429)).toBe(true);
  expect((await ask(narrow.url, world.adminToken, 'GET', '/supergraph')).status).toBe(200);
});

it('many gateways that report at once count each call once', async () => {
  const sent = Array.from({ length: 60 }, (_, at) =>
    report(
      [
        { document: names, client: 'web', count: 10 },
        { document: ids, client: 'ios', version: '2.1', count: 10 },
      ],
      {
        reporter: `gateway-process-${at % 20}`,
        sequence: 100 + Math.floor(at / 20),
        gateway: { name: `gateway-${at % 20}`, supergraph: '0123456789abcdef' },
      },
    ),
  );
  const countOf = async () =>
    (await usage())
      .flatMap(({ operations }) => operations)
      .filter(({ document }) => document === names)
      .reduce((sum, { count }) => sum + count, 0);
  const before = await countOf();
  let open = [...sent, ...sent];
  // Whoever is turned away comes again, as gateways do.
  while (open.length > 0) {
    const answers = await Promise.all(open.map(send));
    expect(answers.every(({ status }) => [202, 429, 503].includes(status))).toBe(true);
    open = open.filter((_, at) => answers[at]?.status !== 202);
  }
  expect((await countOf()) - before).toBe(600);
  const gateway = { name: 'the-newest', supergraph: '0123456789abcdef' };
  await send(report([], { reporter: 'gateway-newest', gateway }));
  const gateways = (await ask(registry.url, world.adminToken, 'GET', '/gateways')).json as object[];
  expect(gateways).toHaveLength(3);
  expect(gateways[0]).toMatchObject({ name: 'the-newest' });
});
