import { describe, expect, it, vi } from 'vitest';
import { people, posts } from './cast.ts';
import { type Desk, desk } from './desk.ts';

// A process for every command that is typed.
vi.setConfig({ testTimeout: 180_000 });

const quiet = { lint: { default: 'ignore' } };
const listed = (files: Record<string, string>) =>
  JSON.stringify({
    ...quiet,
    subgraphs: Object.entries(files).map(([name, schema]) => ({ name, schema })),
  });
const withoutName = people('nameHistory: [String!]').sdl;

function begin(at: Desk, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) at.write(path, text);
  at.git('init', '-q');
  commit(at, 'first');
}

function commit(at: Desk, message: string): void {
  at.git('add', '.');
  at.git('commit', '-q', '-m', message);
}

describe('a baseline is read with the configuration of its own commit', () => {
  it('so that moving the files hides nothing, whether by a glob or in a list', async () => {
    using globbed = desk();
    begin(globbed, {
      'registry.config.json': JSON.stringify({ ...quiet, subgraphs: '*/schema.graphql' }),
      'people/schema.graphql': people().sdl,
    });
    globbed.write('registry.config.json', JSON.stringify({ ...quiet, subgraphs: '*/api.graphql' }));
    globbed.git('mv', 'people/schema.graphql', 'people/api.graphql');
    globbed.write('people/api.graphql', withoutName);
    using list = desk();
    begin(list, {
      'registry.config.json': listed({ people: 'a.graphql', posts: 'posts.graphql' }),
      'a.graphql': people().sdl,
      'posts.graphql': posts().sdl,
    });
    list.write('registry.config.json', listed({ people: 'b.graphql', posts: 'posts.graphql' }));
    list.git('mv', 'a.graphql', 'b.graphql');
    list.write('b.graphql', withoutName);
    for (const at of [globbed, list])
      expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
        code: 1,
        out: expect.stringContaining('ERROR   breaking change of User.name'),
      });
  });

  it('and compares the contracts of that day', async () => {
    using at = desk();
    const subgraphs = 'subgraphs/*/schema.graphql';
    const tagged = people('name: String @tag(name: "internal") nameHistory: [String!]').sdl;
    begin(at, {
      'registry.config.json': JSON.stringify({
        ...quiet,
        subgraphs,
        contracts: { public: { exclude: ['internal'] } },
      }),
      'subgraphs/people/schema.graphql': tagged,
    });
    at.write('registry.config.json', JSON.stringify({ ...quiet, subgraphs }));
    expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/Changed: contracts alone\.[\s\S]*ERROR {3}contract public is gone/),
    });
  });
});

describe('a baseline that is not whole ends with 2', () => {
  it('if a subgraph is missing that its configuration names', async () => {
    using at = desk();
    begin(at, {
      'registry.config.json': listed({ people: 'people.graphql', posts: 'posts.graphql' }),
      'posts.graphql': posts().sdl,
    });
    at.write('people.graphql', people().sdl);
    expect(await at.registry('check', '--against', 'git:HEAD', '--allow-no-baseline')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/baseline is not whole: .* names subgraph people in people\.graphql/),
    });
  });

  it('if it has no configuration, none that can be read, or no subgraphs', async () => {
    const config = JSON.stringify({ ...quiet, subgraphs: '*.graphql' });
    const cases: [Record<string, string>, RegExp][] = [
      [{ 'people.graphql': people().sdl }, /there is no registry\.config\.json at git:HEAD/],
      [{ 'registry.config.json': '{', 'people.graphql': people().sdl }, /baseline cannot be read/],
      [{ 'registry.config.json': config }, /there are no subgraphs at git:HEAD/],
    ];
    for (const [files, said] of cases) {
      using at = desk();
      begin(at, files);
      at.write('registry.config.json', config);
      at.write('people.graphql', people().sdl);
      expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
        code: 2,
        err: expect.stringMatching(said),
      });
    }
  });

  it('if it does not compose, whatever the change mends', async () => {
    using at = desk();
    const config = JSON.stringify({ ...quiet, subgraphs: '*.graphql' });
    begin(at, { 'registry.config.json': config, 'people.graphql': 'type Query { a: Nowhere }' });
    at.write('people.graphql', people().sdl);
    expect(await at.registry('check', '--against', 'git:HEAD', '--allow-no-baseline')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/baseline \(git:HEAD \(\w+\)\) does not compose itself.*--against git:REV/s),
    });
  });

  it('if a subgraph is where no commit can have it', async () => {
    using at = desk();
    const config = JSON.stringify({ ...quiet, subgraphs: '*.graphql' });
    begin(at, {
      'registry.config.json': config,
      'people.graphql': people().sdl,
      '.gitignore': 'posts.graphql',
    });
    at.write('posts.graphql', posts().sdl);
    expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
      code: 2,
      err: expect.stringContaining('posts.graphql of subgraph posts is not in this repository'),
    });
  });

  it('if the remote has a main branch that this clone does not know', async () => {
    using at = desk();
    const config = JSON.stringify({ ...quiet, subgraphs: '*.graphql' });
    begin(at, { 'registry.config.json': config, 'people.graphql': people().sdl });
    at.git('remote', 'add', 'origin', 'file:///nowhere');
    at.write('people.graphql', withoutName);
    commit(at, 'breaks');
    at.write('README.md', 'more');
    commit(at, 'hides it');
    expect(await at.registry('check', '--against', 'landed')).toMatchObject({
      code: 2,
      err: expect.stringContaining('knows no origin/main'),
    });
  });
});

describe('a store', () => {
  it('has to be there for every command that asks it, and is begun by the first publication alone', async () => {
    using at = desk();
    at.write('registry.config.json', JSON.stringify({ ...quiet, subgraphs: '*.graphql' }));
    at.write('people.graphql', people().sdl);
    const commands = [
      ['check'],
      ['check', '--store', 'typo'],
      ['check', '--store', 'typo', '--against', 'version:1'],
      ['publish', '--store', 'typo'],
      ['rollback', '1'],
      ['versions'],
      ['published'],
      ['freeze', '--reason', 'incident 7'],
      ['unfreeze'],
      ['diff', 'head'],
      ['approve', 'a'.repeat(16), '--store', 'typo', '--context', 'x', '--reason', 'y'],
    ];
    const ran = await Promise.all(commands.map((command) => at.registry(...command)));
    const refused = { code: 2, err: expect.stringContaining('There is no store at') };
    expect(ran.map(({ code, err }, position) => [commands[position], { code, err }])).toEqual(
      commands.map((command) => [command, refused]),
    );
    at.write('empty/README.md', 'an empty folder is no store either');
    expect(await at.registry('check', '--store', 'empty')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing has been published yet'),
    });
    expect(await at.registry('publish', '--store', 'empty')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--init'),
    });
    expect((await at.registry('publish', '--init')).code).toBe(0);
    expect(await at.registry('publish', '--init')).toMatchObject({
      code: 3,
      err: expect.stringContaining('has version 1 already'),
    });
    expect((await at.registry('check')).code).toBe(0);
  });

  it('is not told by a workspace of one subgraph that all others are deleted', async () => {
    using at = desk();
    at.write('registry.config.json', JSON.stringify({ ...quiet, subgraphs: '*.graphql' }));
    at.write('people.graphql', people().sdl);
    at.write('posts.graphql', posts().sdl);
    expect((await at.registry('publish', '--init')).code).toBe(0);
    using mine = desk();
    mine.write(
      'registry.config.json',
      JSON.stringify({ ...quiet, subgraphs: '*.graphql', store: `${at.root}/.registry` }),
    );
    mine.write('people.graphql', people().sdl);
    for (const command of ['check', 'publish'])
      expect(await mine.registry(command)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/The store has posts and this workspace has not.*--subgraph people/),
      });
    expect((await mine.registry('check', '--subgraph', 'people')).code).toBe(0);
    const complete = { ...quiet, subgraphs: '*.graphql', store: `${at.root}/.registry`, complete: true };
    mine.write('registry.config.json', JSON.stringify(complete));
    expect(await mine.registry('check')).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /Changed: posts\. Subgraph posts is gone; did its file move\?[\s\S]*\(gone with subgraph posts\)/,
      ),
    });
    const asked = await mine.registry('check', '--delete', 'posts');
    expect(asked.out).toContain('Changed: posts.\n');
  });

  it('keeps the contracts of a version, and a new version when they alone change', async () => {
    using at = desk();
    const config = (contracts: object) => JSON.stringify({ ...quiet, subgraphs: '*.graphql', contracts });
    at.write('people.graphql', people('name: String @tag(name: "internal") nameHistory: [String!]').sdl);
    at.write('registry.config.json', config({}));
    expect((await at.registry('publish', '--init')).code).toBe(0);
    at.write('registry.config.json', config({ public: {} }));
    expect(await at.registry('publish')).toMatchObject({ code: 0, out: 'Published version 2.\n' });
    at.write('registry.config.json', config({ public: { exclude: ['internal'] } }));
    expect(await at.registry('publish')).toMatchObject({
      code: 1,
      out: expect.stringContaining('(contract public)'),
    });
  });
});

it('a file that the configuration names and that is not there is said to have moved', async () => {
  using at = desk();
  begin(at, { 'registry.config.json': listed({ people: 'people.graphql' }), 'people.graphql': people().sdl });
  at.git('mv', 'people.graphql', 'persons.graphql');
  expect(await at.registry('check', '--against', 'git:HEAD')).toMatchObject({
    code: 3,
    err: expect.stringContaining('subgraph people in people.graphql, which is not there. Did the file move?'),
  });
});
