import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Baseline } from '../src/baseline.ts';
import { type CheckInput, check } from '../src/check.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';
import type { Report } from '../src/report.ts';
import type { UsageFile } from '../src/usage/usage-file.ts';
import { config, nowMs, people, posts } from './cast.ts';

const withoutName = people('nameHistory: [String!]');
const withoutHistory = people('name: String');

function checkAgainst(
  before: Subgraph[],
  after: Subgraph[],
  more: Partial<CheckInput> = {},
): Promise<Report> {
  return check({
    config: config(),
    candidate: after,
    baseline: { status: 'found', label: 'version 1', subgraphs: before },
    usageFiles: [],
    nowMs,
    ...more,
  });
}

function step(report: Report, name: string) {
  return report.steps.find((one) => one.name === name);
}

function usage(...operations: Partial<UsageFile['operations'][number]>[]): UsageFile {
  const call = {
    name: 'History',
    document: '{ me { nameHistory } }',
    client: { name: 'ios', version: '2' },
    count: 7,
  };
  return {
    version: 1,
    from: '2026-10-01T00:00:00Z',
    to: '2026-11-22T00:00:00Z',
    operations: operations.map((operation) => ({ ...call, at: '2026-11-20T00:00:00Z', ...operation })),
  };
}

describe('an unchanged schema', () => {
  it('stops early and says so', async () => {
    const report = await checkAgainst([people(), posts()], [posts(), people()]);
    expect(report).toMatchObject({ verdict: 'passed', unchanged: true, changed: [] });
    for (const name of ['changes', 'usage', 'lint', 'policy'])
      expect(step(report, name)).toEqual({
        name,
        status: 'skipped',
        because: 'the schema is the same as the baseline',
      });
    expect(report.notJudged).toEqual([]);
  });

  it('fails all the same if it does not compose', async () => {
    const broken = { ...people(), sdl: 'type Query { a: Nowhere }' };
    expect(await checkAgainst([broken], [broken])).toMatchObject({ verdict: 'failed', unchanged: true });
  });
});

describe('an unchanged schema with stored operations', () => {
  it('validates them all the same, for they change without it', async () => {
    const text = '{ me { name nickname } }';
    const operations = [{ name: 'Me', file: 'app.graphql', line: 1, document: parse(text) }];
    const report = await checkAgainst([people()], [people()], { operations });
    expect(report).toMatchObject({ unchanged: true, documents: [{ operation: 'Me', isNew: false }] });
    expect(step(report, 'documents')).toMatchObject({ status: 'warned' });
    expect(step(report, 'changes')).toMatchObject({ status: 'skipped' });
  });
});

describe('usage decides about breaking changes', () => {
  it('passes the removal of User.name while only User.nameHistory is used', async () => {
    const report = await checkAgainst([people()], [withoutName], { usageFiles: [usage({})] });
    expect(report.verdict).toBe('passed');
    expect(report.changes).toMatchObject([{ coordinate: 'User.name', usage: { status: 'unused' } }]);
  });

  it('fails the removal of User.nameHistory and names who would break', async () => {
    const report = await checkAgainst([people()], [withoutHistory], { usageFiles: [usage({})] });
    expect(report.verdict).toBe('failed');
    expect(report.changes[0]).toMatchObject({
      coordinate: 'User.nameHistory',
      severity: 'fail',
      usage: { operations: [{ name: 'History', clients: ['ios@2'], count: 7 }] },
      location: { file: 'subgraphs/people/schema.graphql', line: 6 },
    });
  });

  it('does not take unknown usage for none: no data, a gap, an unreadable operation', async () => {
    const late = { ...usage({}), from: '2026-11-20T00:00:00Z' };
    for (const files of [[], [late], [usage({ document: '{ me {' })]]) {
      const report = await checkAgainst([people()], [withoutName], { usageFiles: files });
      expect(report.verdict).toBe('failed');
      expect(step(report, 'usage')).toMatchObject({ status: 'skipped' });
    }
    const report = await checkAgainst([people()], [withoutName], { usageFiles: [late] });
    expect(step(report, 'usage')).toMatchObject({
      because: expect.stringContaining('does not cover 28.0 days'),
    });
  });

  it('honours the window, thresholds and excluded clients', async () => {
    const cases = [
      { usageFiles: [usage({ at: '2026-10-02T00:00:00Z' })] },
      { usageFiles: [usage({})], config: config({ usage: { minCount: 8 } }) },
      {
        usageFiles: [usage({}, { document: '{ me { id } }', count: 1000 })],
        config: config({ usage: { minPercent: 1 } }),
      },
      { usageFiles: [usage({})], config: config({ usage: { excludedClients: ['ios'] } }) },
      { usageFiles: [usage({})], config: config({ usage: { excludedClients: ['ios@2'] } }) },
    ];
    for (const one of cases)
      expect((await checkAgainst([people()], [withoutHistory], one)).verdict).toBe('passed');
    const kept = {
      usageFiles: [usage({})],
      config: config({ usage: { minCount: 7, excludedClients: ['ios@1'] } }),
    };
    expect((await checkAgainst([people()], [withoutHistory], kept)).verdict).toBe('failed');
  });
});

describe('the policy', () => {
  it('sets a severity per change type', async () => {
    const lenient = config({ policy: { changes: { FIELD_REMOVED: 'warn' } } });
    const report = await checkAgainst([people()], [withoutName], { config: lenient });
    expect(report).toMatchObject({ verdict: 'passed', changes: [{ severity: 'warn' }] });
  });

  it('lets an approval stick to one change; a new breakage is not covered', async () => {
    const first = await checkAgainst([people()], [withoutName]);
    const changeId = first.changes[0]?.id ?? '';
    const approvals = [
      { context: 'pull/1', changeId, by: 'carol', reason: 'agreed with ios', at: '2026-11-21' },
    ];
    const approved = await checkAgainst([people()], [withoutName], { approvals });
    expect(approved).toMatchObject({
      verdict: 'passed',
      changes: [{ severity: 'warn', approval: { by: 'carol' } }],
    });
    const more = await checkAgainst([people()], [people('bio: String')], { approvals });
    expect(more.verdict).toBe('failed');
    expect(
      more.changes.filter(({ severity }) => severity === 'fail').map(({ coordinate }) => coordinate),
    ).toEqual(['User.nameHistory']);
  });

  it('asks for a deprecation before a removal, and for its grace period', async () => {
    const strict = {
      config: config({ policy: { deprecation: { required: 'fail' } } }),
      usageFiles: [usage({})],
    };
    const deprecated = (reason: string) => [
      people(`name: String @deprecated(reason: "${reason}") nameHistory: [String!]`),
    ];
    const notes = async (before: Subgraph[], more: Partial<CheckInput> = {}) => {
      const report = await checkAgainst(before, [withoutName], { ...strict, ...more });
      return [report.verdict, report.changes.find(({ type }) => type === 'FIELD_REMOVED')?.notes.at(-1)];
    };
    expect(await notes([people()])).toEqual(['failed', 'It was not deprecated first.']);
    expect(await notes(deprecated('old'))).toEqual([
      'failed',
      'It is deprecated, but nothing says since when.',
    ]);
    expect(await notes(deprecated('old. Since 2026-11-20.'))).toEqual([
      'failed',
      'It is deprecated since 2026-11-20: 2 of 30 days.',
    ]);
    expect(await notes(deprecated('old. Since 2026-10-01.'))).toEqual([
      'passed',
      'No counted client uses it.',
    ]);
    const deprecatedSince = async () => '2026-09-01T00:00:00Z';
    expect(await notes(deprecated('old'), { deprecatedSince })).toEqual([
      'passed',
      'No counted client uses it.',
    ]);
  });
});

describe('a step without ground', () => {
  it('says why it was skipped, and the verdict says what it does not cover', async () => {
    const first = await check({
      config: config(),
      candidate: [people()],
      baseline: { status: 'absent', label: 'head', because: 'nothing has been published yet' },
      usageFiles: [],
      nowMs,
    });
    expect(first).toMatchObject({ verdict: 'passed', notJudged: ['changes', 'usage', 'policy'] });
    expect(step(first, 'changes')).toMatchObject({
      status: 'skipped',
      because: 'nothing has been published yet',
    });
  });

  it('is no pass if it was required', async () => {
    const baseline = { status: 'absent', label: 'head', because: 'there is none' } as const;
    const required = await checkAgainst([], [people()], { baseline, require: ['build', 'changes'] });
    expect(required).toMatchObject({ verdict: 'failed', missed: ['changes'] });
    const documents = await checkAgainst([people()], [people()], { require: ['changes', 'documents'] });
    expect(documents).toMatchObject({ verdict: 'failed', missed: ['documents'] });
  });

  it('does not take a baseline that is broken for none', async () => {
    for (const sdl of ['type Query {', 'type Query { a: Nowhere }'])
      await expect(checkAgainst([{ ...people(), sdl }], [people()])).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('The baseline (version 1) does not compose itself'),
      });
  });

  it('stops after build, and lists the errors of every subgraph at once', async () => {
    const candidate = [
      { ...people(), sdl: 'type Query {' },
      { ...posts(), sdl: 'type Query { a: Nowhere }' },
    ];
    const report = await checkAgainst([people(), posts()], candidate);
    expect(report.verdict).toBe('failed');
    expect(report.compositionErrors.map(({ subgraph, code }) => [subgraph, code])).toEqual([
      ['people', 'INVALID_GRAPHQL'],
      ['posts', 'INVALID_GRAPHQL'],
    ]);
    expect(step(report, 'composition')).toMatchObject({
      status: 'skipped',
      because: 'a subgraph is not valid',
    });
  });
});

describe('contracts', () => {
  const contracts = { contracts: { public: { exclude: ['internal'] } } };

  it('finds a breakage that only a contract sees', async () => {
    const tagged = people('name: String @tag(name: "internal") nameHistory: [String!]');
    const report = await checkAgainst([people()], [tagged], { config: config(contracts) });
    expect(report.verdict).toBe('failed');
    expect(report.changes).toMatchObject([
      { coordinate: 'User.name', contract: 'public', level: 'breaking' },
    ]);
  });

  it('fails when a contract does not compose', async () => {
    const hidden = people('name: String', 'you: User');
    const sdl = hidden.sdl
      .replace('me: User', 'me: User @tag(name: "internal")')
      .replace('you: User', 'you: User @tag(name: "internal")');
    const report = await checkAgainst([people()], [{ ...hidden, sdl }], { config: config(contracts) });
    expect(step(report, 'contracts')).toMatchObject({ status: 'failed' });
    expect(report.compositionErrors[0]?.message).toMatch(/^Contract "public": /);
  });

  const internal = people('name: String @tag(name: "internal") nameHistory: [String!]');
  const judge = (before: object, after: object) =>
    checkAgainst([], [internal], {
      config: config({ contracts: after }),
      baseline: {
        status: 'found',
        label: 'version 1',
        subgraphs: [internal],
        contracts: config({ contracts: before }).contracts,
      },
    });

  it('compares what a contract was with what its configuration makes of it', async () => {
    const report = await judge({ all: {} }, { all: { exclude: ['internal'] } });
    expect(report).toMatchObject({ verdict: 'failed', unchanged: false, changed: [] });
    expect(report.changes).toMatchObject([{ coordinate: 'User.name', contract: 'all', level: 'breaking' }]);
  });

  it('refuses that one vanishes, and asks nothing of a new one', async () => {
    const gone = await judge({ public: { exclude: ['internal'] } }, {});
    expect(gone).toMatchObject({
      verdict: 'failed',
      changes: [{ type: 'CONTRACT_REMOVED', coordinate: 'public' }],
    });
    const added = await judge({}, { public: { exclude: ['internal'] } });
    expect(added).toMatchObject({ verdict: 'passed', unchanged: false, changes: [] });
  });

  it('takes one for new that a version without a record of contracts cannot have promised', async () => {
    const contracts = { contracts: { team: { include: ['team'] } } };
    const tagged = {
      ...people(),
      sdl: people('name: String @tag(name: "team")').sdl.replace('me: User', 'me: User @tag(name: "team")'),
    };
    const candidate = { ...tagged, sdl: tagged.sdl.replace('id: ID!', 'id: ID! nameHistory: [String!]') };
    const report = await checkAgainst([people()], [candidate], { config: config(contracts) });
    expect(report).toMatchObject({ verdict: 'passed', compositionErrors: [] });
    const recorded = config(contracts).contracts;
    const baseline: Baseline = {
      status: 'found',
      label: 'version 1',
      subgraphs: [people()],
      contracts: recorded,
    };
    await expect(
      checkAgainst([], [candidate], { config: config(contracts), baseline }),
    ).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('contract "team"') });
  });
});
