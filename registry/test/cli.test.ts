import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { people, posts } from './cast.ts';
import { type Desk, desk } from './desk.ts';

// A process for every command that is typed.
vi.setConfig({ testTimeout: 180_000 });

const settings = JSON.stringify({ subgraphs: 'subgraphs/*/schema.graphql', lint: { default: 'ignore' } });
const schemaOf = (name: string) => `subgraphs/${name}/schema.graphql`;
const withoutName = people('nameHistory: [String!]').sdl;

function set(at: Desk): void {
  at.write('registry.config.json', settings);
  at.write(schemaOf('people'), people().sdl);
  at.write(schemaOf('posts'), posts().sdl);
}

function commit(at: Desk, message: string): void {
  at.git('add', '.');
  at.git('commit', '-q', '-m', message);
}

function checks(at: Desk, against: string[]) {
  return Promise.all(against.map((one) => at.registry('check', '--against', one)));
}

describe('registry check in a git repository', () => {
  it('compares with a revision, and prints every face of one report at once', async () => {
    using at = desk();
    set(at);
    at.git('init', '-q');
    commit(at, 'first');
    at.write(schemaOf('people'), withoutName);
    const ran = await at.registry(
      'check',
      '--against',
      'git:HEAD',
      '--format',
      'text',
      ...['json', 'markdown', 'github', 'sarif'].flatMap((format) => ['--format', `${format}=out/${format}`]),
    );
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(
      /ERROR .* breaking change of User\.name\n +subgraphs\/people\/schema\.graphql:6:6/,
    );
    const read = (name: string) => readFileSync(join(at.root, 'out', name), 'utf8');
    expect(JSON.parse(read('json'))).toMatchObject({ version: 1, verdict: 'failed', changed: ['people'] });
    expect(read('markdown')).toMatch(/^<!-- registry-check -->\n## ❌/);
    expect(read('github')).toMatch(/^::error file=subgraphs\/people\/schema\.graphql,line=6,col=6,title=/);
    expect(JSON.parse(read('sarif')).runs[0].results[0]).toMatchObject({
      ruleId: 'FIELD_REMOVED',
      level: 'error',
    });
  });

  it('stops early when nothing changed', async () => {
    using at = desk();
    set(at);
    at.git('init', '-q');
    commit(at, 'first');
    const ran = await at.registry('check', '--against', 'git:HEAD');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('unchanged') });
  });

  it('knows the first commit, an unknown revision and a folder without git', async () => {
    using at = desk();
    set(at);
    expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
      code: 2,
      err: expect.stringContaining('git cannot read'),
    });
    expect(await at.registry('check', '--against', 'landed')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nothing to compare with: git cannot read this folder.*--allow-no-baseline/),
    });
    at.git('init', '-q');
    expect(await at.registry('check', '--against', 'landed')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing is committed yet'),
    });
    commit(at, 'first');
    const first = { code: 2, err: expect.stringContaining('HEAD is the first commit') };
    expect(await checks(at, ['git:HEAD~1', 'git:HEAD^', 'landed'])).toMatchObject([first, first, first]);
    expect(await at.registry('check', '--against', 'landed', '--allow-no-baseline')).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /changes +skipped because HEAD is the first commit[\s\S]*Verdict: passed \(changes, usage, policy not judged\)\.\n$/,
      ),
    });
    const required = ['--allow-no-baseline', '--require', 'changes'];
    expect(await at.registry('check', '--against', 'landed', ...required)).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        'Verdict: failed (changes required but not judged; usage, policy not judged).',
      ),
    });
    expect(await checks(at, ['git:nope', 'git:--output=x'])).toMatchObject([
      { code: 3, err: expect.stringContaining('Unknown git revision "nope"') },
      { code: 3 },
    ]);
  });

  it('does not pass a shallow clone off as a first commit', async () => {
    using origin = desk();
    set(origin);
    origin.git('init', '-q');
    commit(origin, 'first');
    origin.write('README.md', 'second');
    commit(origin, 'second');
    using at = desk();
    at.git('clone', '-q', '--depth', '1', `file://${origin.root}`, '.');
    const refused = { code: 2, err: expect.stringContaining('shallow clone') };
    expect(await at.registry('check', '--against', 'git:HEAD~1')).toMatchObject(refused);
    for (const ci of ['true', '']) {
      at.env['CI'] = ci;
      expect(await at.registry('check', '--against', 'landed')).toMatchObject(refused);
    }
  });

  it('takes where the work left origin/main, so that what others land is no removal', async () => {
    using origin = desk();
    set(origin);
    origin.git('init', '-q');
    commit(origin, 'first');
    using at = desk();
    at.git('clone', '-q', `file://${origin.root}`, '.');
    origin.write(schemaOf('people'), people('name: String nameHistory: [String!] bio: String').sdl);
    commit(origin, 'somebody else adds a field');
    at.write(schemaOf('posts'), posts('text: String! length: Int').sdl);
    commit(at, 'mine');
    at.git('fetch', '-q');
    const ran = await at.registry('check', '--against', 'landed');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('git:origin/main') });
    expect(ran.out).toContain('Changed: posts.');
  });
});

describe('registry check on bad input', () => {
  it('says what is wrong and what would be right, and gives 3', async () => {
    using at = desk();
    expect(await at.registry('check')).toMatchObject({
      code: 3,
      err: expect.stringContaining('There is no registry.config.json'),
    });
    at.write('registry.config.json', '{ "subgraphs": 7, "surprise": true }');
    expect(await at.registry('check')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/2 problem\(s\):[\s\S]*subgraphs[\s\S]*surprise/),
    });
    set(at);
    await at.registry('publish', '--init');
    at.write('broken.graphql', 'type Query {');
    at.write('typo.json', settings.replace('"ignore"', '"ignore", "rules": { "input-nam": "fail" }'));
    const cases: [string[], string][] = [
      [['--subgraph', 'pots'], 'Unknown subgraph "pots". Known: people, posts.'],
      [['--subgraph', 'pots', '--schema', schemaOf('posts')], 'Pass --new'],
      [['--schema', schemaOf('posts')], 'needs its --subgraph'],
      [['--subgraph', 'posts', '--schema', 'nowhere.graphql'], 'There is no file nowhere.graphql'],
      [['--subgraph', 'posts', '--schema', 'subgraphs'], 'subgraphs is not a file'],
      [['--delete', 'pots'], 'Unknown subgraph "pots"'],
      [['--against', 'yesterday'], '--against takes head, landed, version:ID or git:REV'],
      [['--against', 'version:9'], 'There is no version "9"'],
      [['--require', 'chnages'], 'Unknown step "chnages". Known: build, composition'],
      [['--format', 'yaml'], 'Unknown format "yaml"'],
      [['--usage', 'nowhere.json'], 'There is no usage file'],
      [['--frobnicate'], 'unknown option'],
      [['--config', 'typo.json'], 'Unknown lint rule "input-nam"'],
    ];
    const runs = await Promise.all(cases.map(([args]) => at.registry('check', ...args)));
    expect(runs.map(({ code, err }) => [code, err])).toEqual(
      cases.map(([, said]) => [3, expect.stringContaining(said)]),
    );
    const broken = await at.registry('check', '--subgraph', 'people', '--schema', 'broken.graphql');
    expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('broken.graphql:1:13') });
  });

  it('refuses a 10 MB file before reading it, and a usage file that is none', async () => {
    using at = desk();
    set(at);
    await at.registry('publish', '--init');
    at.write('big.graphql', `type Query { a: Int }\n${'# filler\n'.repeat(1_200_000)}`);
    const big = await at.registry('check', '--subgraph', 'people', '--schema', 'big.graphql');
    expect(big).toMatchObject({ code: 3, err: expect.stringContaining('limits.fileBytes') });
    at.write('usage.json', '{ "version": 1 }');
    expect(await at.registry('check', '--usage', 'usage.json')).toMatchObject({
      code: 3,
      err: expect.stringContaining('is not a usage file'),
    });
  });

  it.each([400, 3_000, 4_000, 6_000, 100_000])(
    'takes or refuses what nests %i deep, without a stack',
    async (depth) => {
      using at = desk();
      set(at);
      await at.registry('publish', '--init');
      at.write('registry.config.json', settings.replace('{', '{ "documents": "app/*.graphql",'));
      at.write('deep.graphql', `type Query { a: ${'['.repeat(depth)}Int${']'.repeat(depth)} }`);
      const schema = await at.registry('check', '--subgraph', 'people', '--schema', 'deep.graphql');
      at.write('app/deep.graphql', `query Deep ${'{ me '.repeat(depth)}{ id }${'}'.repeat(depth)}`);
      const operation = await at.registry('check');
      for (const { code, out, err } of [schema, operation]) {
        expect([0, 1, 3]).toContain(code);
        if (depth > 50_000) expect(out + err).toContain('nests too deeply');
        expect(err).not.toMatch(/^ {4}at /m);
      }
    },
  );

  it('gives 2 for a store that cannot be written or is frozen', async () => {
    using at = desk();
    set(at);
    expect((await at.registry('publish', '--init')).code).toBe(0);
    at.write(schemaOf('posts'), posts('text: String! length: Int').sdl);
    await at.registry('freeze', '--reason', 'incident 7', '--by', 'carol');
    expect(await at.registry('publish')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/frozen since .* by carol: incident 7/),
    });
    await at.registry('unfreeze');
    at.write('file', 'not a folder');
    expect(await at.registry('publish', '--init', '--store', 'file')).toMatchObject({ code: 2 });
    chmodSync(join(at.root, 'file'), 0o600);
  });
});

describe('a day with the file store', () => {
  it('publishes, checks one subgraph from standard input, approves, publishes again, rolls back', async () => {
    using at = desk();
    set(at);
    expect(await at.registry('publish', '--init', '--by', 'alice')).toMatchObject({
      code: 0,
      out: 'Published version 1.\n',
    });
    expect(await at.registry('publish')).toMatchObject({
      code: 0,
      out: expect.stringContaining('already version 1'),
    });
    const stdin = ['check', '--subgraph', 'people', '--schema', '-', '--format', 'json'];
    const refused = await at.registryReading(withoutName, ...stdin);
    expect(refused.code).toBe(1);
    const { changes } = JSON.parse(refused.out);
    expect(
      await at.registry(
        'approve',
        changes[0].id,
        '--context',
        'pull/12',
        '--reason',
        'agreed',
        '--by',
        'carol',
      ),
    ).toMatchObject({ code: 0 });
    expect((await at.registryReading(withoutName, ...stdin)).code).toBe(1);
    expect((await at.registryReading(withoutName, ...stdin, '--context', 'pull/12')).code).toBe(0);
    at.write(schemaOf('people'), withoutName);
    expect(await at.registry('publish', '--context', 'pull/12')).toMatchObject({
      code: 0,
      out: 'Published version 2.\n',
    });
    expect(await at.registry('rollback', '1')).toMatchObject({ code: 0, out: 'Published version 3.\n' });
    expect((await at.registry('versions')).out).toMatch(/^3 .* = 1 .*\n2 .*\n1 .*alice/);
    expect((await at.registry('diff', 'version:2', 'head')).out).toContain('User.name [FIELD_ADDED]');
    expect(await at.registry('check', '--delete', 'posts')).toMatchObject({
      code: 1,
      out: expect.stringContaining('breaking change of Post'),
    });
  });

  it('reads usage and documents from where the configuration says', async () => {
    using at = desk();
    set(at);
    await at.registry('publish', '--init');
    at.write(schemaOf('people'), withoutName);
    const day = 86_400_000;
    const [from, to] = [new Date(Date.now() - 40 * day).toISOString(), new Date().toISOString()];
    const operation = {
      name: 'History',
      document: '{ me { nameHistory } }',
      client: { name: 'ios' },
      count: 5,
    };
    at.write('usage.json', JSON.stringify({ version: 1, from, to, operations: [operation] }));
    expect((await at.registry('check')).code).toBe(1);
    expect((await at.registry('check', '--usage', 'usage.json')).code).toBe(0);
    await at.registry('usage', 'usage.json');
    expect((await at.registry('check')).code).toBe(0);
    at.write('registry.config.json', settings.replace('{', '{ "documents": "app/*.graphql",'));
    at.write('app/me.graphql', 'query Me { me { name } }');
    expect(await at.registry('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining('operation Me becomes invalid'),
    });
  });

  it('explains codes of every kind', async () => {
    using at = desk();
    const codes = ['KEY_INVALID_FIELDS', 'field_removed', 'relay-arguments'];
    const ran = await Promise.all(codes.map((code) => at.registry('explain', code)));
    for (const one of ran) expect(one).toMatchObject({ code: 0, out: expect.stringMatching(/\n.+\n/) });
    expect(await at.registry('explain', 'NOPE')).toMatchObject({ code: 3 });
  });
});
