import { describe, expect, it } from 'vitest';
import { type CheckInput, check } from '../src/check.ts';
import type { Report } from '../src/report.ts';
import { parseUsageFile, type UsageFile } from '../src/usage/usage-file.ts';
import { config, nowMs } from './cast.ts';

const graph = (more: string) => [
  {
    name: 'one',
    file: 'one.graphql',
    sdl: `type Query { search(filter: Filter): [Result!]! feed: [Entry!]! } ${more}`,
  },
];

const types = {
  filter: 'input Filter { role: Role } enum Role { ADMIN MEMBER }',
  result: 'union Result = Robot | Person interface Named { name: String }',
  robot: 'type Robot { serial: String }',
  person: 'type Person implements Named { name: String }',
  entry: 'union Entry = Post | Ad type Post { title: String } type Ad { title: String }',
};

const sdl = (changed: Partial<typeof types> = {}) => graph(Object.values({ ...types, ...changed }).join(' '));

type Operation = UsageFile['operations'][number];

function usage(...operations: Partial<Operation>[]): UsageFile {
  const call = { name: 'Search', client: { name: 'ios' }, count: 7, at: '2026-11-20T00:00:00Z' };
  return {
    version: 1,
    from: '2026-10-01T00:00:00Z',
    to: '2026-11-22T00:00:00Z',
    operations: operations.map((operation) => ({ ...call, ...operation })),
  };
}

function judge(
  after: Partial<typeof types>,
  files: UsageFile[],
  more: Partial<CheckInput> = {},
): Promise<Report> {
  return check({
    config: config(),
    candidate: sdl(after),
    baseline: { status: 'found', label: 'version 1', subgraphs: sdl() },
    usageFiles: files,
    nowMs,
    ...more,
  });
}

describe('ready-made coordinates stand for all that they lead through', () => {
  const given = usage({ coordinates: ['Query.search', 'Robot.serial', 'Filter.role'] });

  it.each<[string, Partial<typeof types>, string]>([
    [
      'a required input field',
      { filter: 'input Filter { role: Role, team: ID! } enum Role { ADMIN MEMBER }' },
      'Filter.team',
    ],
    ['a member that leaves', { result: 'union Result = Person interface Named { name: String }' }, 'Result'],
    [
      'a type that goes',
      { result: 'union Result = Person interface Named { name: String }', robot: '' },
      'Robot',
    ],
    [
      'a value that may be sent',
      { filter: 'input Filter { role: Role } enum Role { ADMIN }' },
      'Role.MEMBER',
    ],
    [
      'an input field',
      { filter: 'input Filter { roles: [Role!] } enum Role { ADMIN MEMBER }' },
      'Filter.role',
    ],
    ['the last that two abstract types share', { person: 'type Person { name: String }' }, 'Person'],
  ])('%s', async (_, after, coordinate) => {
    const report = await judge(after, [given]);
    expect(report.verdict).toBe('failed');
    expect(report.changes).toContainEqual(
      expect.objectContaining({
        coordinate,
        level: 'breaking',
        usage: expect.objectContaining({ status: 'used' }),
      }),
    );
  });

  it('and for nothing beside it', async () => {
    const report = await judge(
      { entry: 'union Entry = Post | Ad type Post { text: String } type Ad { title: String }' },
      [given],
    );
    expect(report).toMatchObject({
      verdict: 'passed',
      changes: expect.arrayContaining([
        expect.objectContaining({ coordinate: 'Post.title', usage: { status: 'unused' } }),
      ]),
    });
  });

  it('a field alone may have sent anything to its arguments', async () => {
    const report = await judge({ filter: 'input Filter { role: Role } enum Role { ADMIN }' }, [
      usage({ coordinates: ['Query.search'] }),
    ]);
    expect(report.verdict).toBe('failed');
  });

  it('in a spelling that is nobody else’s; another would look like no use', () => {
    for (const coordinate of ['Query.search.filter', 'Query.search(filter)', 'Query.', ''])
      expect(() =>
        parseUsageFile(JSON.stringify(usage({ coordinates: [coordinate] })), 'usage.json'),
      ).toThrow(/is not a schema coordinate/);
    const good = [
      'Query',
      'Query.search',
      'Query.search(filter:)',
      '@include',
      '@include(if:)',
      'Role.ADMIN',
    ];
    expect(
      parseUsageFile(JSON.stringify(usage({ coordinates: good })), 'usage.json').operations,
    ).toHaveLength(1);
  });
});

describe('operations in use are validated against the candidate', () => {
  const stricter = {
    entry: 'union Entry = Post | Ad type Post { title: String! } type Ad { title: String }',
  };
  const feed = { name: 'Feed', document: '{ feed { ... on Post { title } ... on Ad { title } } }' };
  const lenient = { config: config({ policy: { changes: { FIELD_TYPE_CHANGED: 'ignore' } } }) };

  it('one that becomes invalid is breaking whatever the rule says', async () => {
    for (const more of [{}, lenient]) {
      const report = await judge(stricter, [usage(feed)], more);
      expect(report.verdict).toBe('failed');
      expect(report.changes[0]).toMatchObject({
        type: 'OPERATION_INVALID',
        level: 'breaking',
        severity: 'fail',
        coordinate: 'Feed',
        message: expect.stringContaining('conflict'),
        usage: { status: 'used', operations: [{ name: 'Feed', clients: ['ios'], count: 7 }] },
      });
    }
  });

  it('even where usage is unknown, for what is seen is seen', async () => {
    const late = { ...usage(feed), from: '2026-11-19T00:00:00Z' };
    const report = await judge(stricter, [late], lenient);
    expect(report.verdict).toBe('failed');
    expect(report.steps).toContainEqual(
      expect.objectContaining({
        name: 'usage',
        because: expect.stringMatching(/does not cover.*; 1 operation in use refused/),
      }),
    );
  });

  it('can be approved like any change, and only as it was approved', async () => {
    const [change] = (await judge(stricter, [usage(feed)])).changes;
    const approvals = [{ context: 'x', changeId: change?.id ?? '', by: 'carol', reason: 'old app', at: '' }];
    expect((await judge(stricter, [usage(feed)], { approvals })).verdict).toBe('passed');
    const other = { name: 'Feed', document: '{ feed { ... on Post { a: title } ... on Ad { a: title } } }' };
    expect((await judge(stricter, [usage(feed, other)], { approvals })).verdict).toBe('failed');
  });

  it('is not counted beside the breaking change that says it already', async () => {
    const gone = { entry: 'union Entry = Post | Ad type Post { text: String } type Ad { title: String }' };
    const report = await judge(gone, [usage(feed)]);
    expect(report.changes.map(({ type }) => type)).not.toContain('OPERATION_INVALID');
    const changeId = report.changes.find(({ coordinate }) => coordinate === 'Post.title')?.id ?? '';
    const approvals = [{ context: 'x', changeId, by: 'carol', reason: 'old app', at: '' }];
    expect((await judge(gone, [usage(feed)], { approvals })).verdict).toBe('passed');
  });

  it('is nobody’s if it was invalid before, is excluded or too seldom', async () => {
    const stale = { name: 'Stale', document: '{ feed { nope } }' };
    expect((await judge(stricter, [usage(stale)])).verdict).toBe('passed');
    const excluded = config({ usage: { excludedClients: ['ios'] } });
    expect((await judge(stricter, [usage(feed)], { config: excluded })).verdict).toBe('passed');
    const seldom = config({ usage: { minCount: 8 } });
    expect((await judge(stricter, [usage(feed)], { config: seldom })).verdict).toBe('passed');
  });

  it('is found although the same text had another fault before', async () => {
    const both = { name: 'Both', document: '{ nope feed { ... on Post { title } ... on Ad { title } } }' };
    expect((await judge(stricter, [usage(both)], lenient)).verdict).toBe('failed');
  });
});

it('a clock that jumps makes usage unknown, and so does a window shorter than what reports cover: never unused', async () => {
  const gone = { filter: 'input Filter { role: Role } enum Role { ADMIN }' };
  const files = [usage({ document: '{ feed { __typename } }' })];
  const dayMs = 86_400_000;
  const verdictAt = async (atMs: number, windowDays = 30) => {
    const rules = config({ usage: { windowDays } });
    return (await judge(gone, files, { nowMs: atMs, config: rules })).verdict;
  };
  expect(await verdictAt(nowMs)).toBe('passed');
  for (const days of [-365, -60, 2, 365]) expect(await verdictAt(nowMs + days * dayMs)).toBe('failed');
  // A day may be missing of a month, not all of a day.
  expect(await verdictAt(nowMs + 0.9 * dayMs)).toBe('passed');
  expect(await verdictAt(nowMs + 0.9 * dayMs, 1)).toBe('failed');
});
