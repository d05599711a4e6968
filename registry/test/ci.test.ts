import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { people } from './cast.ts';
import { cli } from './command-line.ts';
import { type Desk, desk } from './desk.ts';

// A process for every command that is typed.
vi.setConfig({ testTimeout: 180_000 });

const action = fileURLToPath(new URL('../../.github/actions/schema-check/', import.meta.url));
const settings = JSON.stringify({ subgraphs: 'subgraphs/*/schema.graphql', lint: { default: 'ignore' } });
const schema = 'subgraphs/people/schema.graphql';

function runner(at: Desk, more: Record<string, string>) {
  for (const name of ['output', 'summary']) at.write(name, '');
  const bin = join(at.root, 'bin');
  return {
    ...process.env,
    PATH: `${bin}:${process.execPath.replace(/\/node$/, '')}:${process.env['PATH']}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GITHUB_OUTPUT: join(at.root, 'output'),
    GITHUB_STEP_SUMMARY: join(at.root, 'summary'),
    GITHUB_REPOSITORY: 'flock/app',
    CLI: cli,
    OUT: join(at.root, 'out'),
    ...more,
  };
}

function repository(at: Desk): void {
  at.write('registry.config.json', settings);
  at.write(schema, people().sdl);
  at.git('init', '-q');
  at.git('add', '.');
  at.git('commit', '-q', '-m', 'first');
}

describe('the GitHub Action', () => {
  it('delivers the report of a refused change: outputs, summary, annotations', () => {
    using at = desk();
    repository(at);
    at.write(schema, people('nameHistory: [String!]').sdl);
    const env = runner(at, { AGAINST: 'git:HEAD', CONFIG: 'registry.config.json', CONTEXT: 'pull/7' });
    const log = execFileSync('bash', [join(action, 'check.sh')], { cwd: at.root, env, encoding: 'utf8' });
    expect(log).toContain(`::error file=${schema},line=6,col=6,`);
    const outputs = readFileSync(join(at.root, 'output'), 'utf8');
    expect(outputs).toMatch(/^code=1\nverdict=failed\nreport=.*\nmarkdown=.*\nsarif=.*\n$/);
    expect(readFileSync(join(at.root, 'summary'), 'utf8')).toContain('❌ Schema check failed');
  });

  it('asks the server where there is a token for it, and git where there is none', () => {
    using at = desk();
    repository(at);
    const server = { REGISTRY_URL: 'http://127.0.0.1:9', REGISTRY_GRAPH: 'town', CONTEXT: 'pull/7' };
    const scripts = [
      [join(action, 'check.sh')],
      [fileURLToPath(new URL('../examples/any-ci.sh', import.meta.url)), 'check'],
    ];
    for (const script of scripts) {
      const run = (more: Record<string, string>) => {
        const settled = { AGAINST: 'git:HEAD', BASE: 'HEAD', CONFIG: 'registry.config.json', REGISTRY: cli };
        const env = runner(at, { ...server, ...settled, ...more });
        return spawnSync('bash', script, { cwd: at.root, env, encoding: 'utf8' });
      };
      expect(run({ REGISTRY_TOKEN: 'mrt_x' }).stderr).toContain('127.0.0.1:9 cannot be reached');
      expect(run({ REGISTRY_TOKEN: '' }).stdout).toContain('Verdict: passed');
    }
  });

  it('has no report, but the exit code, when the check could not run', () => {
    using at = desk();
    at.write('registry.config.json', settings);
    const env = runner(at, { AGAINST: 'git:HEAD^1', CONFIG: 'registry.config.json', CONTEXT: 'pull/7' });
    execFileSync('bash', [join(action, 'check.sh')], { cwd: at.root, env, stdio: 'ignore' });
    expect(readFileSync(join(at.root, 'output'), 'utf8')).toBe('code=2\n');
  });

  it.each([
    ['makes a comment where there is none', '', 'POST repos/flock/app/issues/7/comments'],
    ['edits the one that is there', '41\n42', 'PATCH repos/flock/app/issues/comments/41'],
  ])('%s', (_, existing, expected) => {
    using at = desk();
    at.write('report.md', '<!-- registry-check -->');
    at.write(
      'bin/gh',
      `#!/usr/bin/env bash\nif [[ "$*" == *--paginate* ]]; then printf '%s' '${existing}'; else echo "$3 $4 $6" >> calls; fi\n`,
    );
    chmodSync(join(at.root, 'bin/gh'), 0o755);
    const env = runner(at, { PULL_REQUEST: '7', BODY: 'report.md' });
    execFileSync('bash', [join(action, 'comment.sh')], { cwd: at.root, env });
    expect(readFileSync(join(at.root, 'calls'), 'utf8')).toBe(`${expected} body=@report.md\n`);
  });
});

describe('a release', () => {
  it('goes on when its schema was published, and ends when it was refused', () => {
    using origin = desk();
    origin.git('init', '-q', '--bare');
    using at = desk();
    repository(at);
    at.git('remote', 'add', 'origin', `file://${origin.root}`);
    for (const name of ['publish.sh', 'await-publication.sh']) {
      const script = readFileSync(join(action, name), 'utf8').replaceAll('registry/src/cli.ts', cli);
      writeFileSync(join(at.root, name), script);
    }
    const store = { STORE: join(at.root, '.git', 'store'), TRIES: '1', PAUSE_SECONDS: '0' };
    const env = runner(at, { ...store, GITHUB_ACTOR: 'alice', MESSAGE: 'Add people' });
    const bash = (name: string) => spawnSync('bash', [name], { cwd: at.root, env, encoding: 'utf8' });
    expect(bash('await-publication.sh')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('was not published'),
    });
    expect(bash('publish.sh').status).toBe(0);
    expect(bash('await-publication.sh')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('This workspace is version 1.'),
    });
    at.write(schema, people('nameHistory: [String!]').sdl);
    expect(bash('publish.sh').status).toBe(1);
    expect(bash('await-publication.sh').status).toBe(1);
  });
});

describe('publishing on main', () => {
  it('keeps the store on a branch of its own, makes nothing twice, and sees the approvals of the tree', () => {
    using origin = desk();
    origin.git('init', '-q', '--bare');
    using at = desk();
    repository(at);
    at.git('remote', 'add', 'origin', `file://${origin.root}`);
    const script = readFileSync(join(action, 'publish.sh'), 'utf8').replaceAll('registry/src/cli.ts', cli);
    writeFileSync(join(at.root, 'publish.sh'), script);
    const env = runner(at, {
      STORE: join(at.root, '.git', 'store'),
      GITHUB_ACTOR: 'alice',
      MESSAGE: 'Add people\n\nbody',
    });
    const publish = () =>
      execFileSync('bash', ['publish.sh'], { cwd: at.root, env, encoding: 'utf8', stdio: 'pipe' });
    expect(publish()).toContain('Published version 1.');
    expect(publish()).toContain('already version 1');
    at.write(schema, people('nameHistory: [String!]').sdl);
    expect(publish).toThrow();
    const report = spawnSync(process.execPath, [cli, 'check', '--against', 'git:HEAD', '--format', 'json'], {
      cwd: at.root,
      encoding: 'utf8',
    });
    const id: string = JSON.parse(report.stdout).changes[0].id;
    execFileSync(process.execPath, [cli, 'approve', id, '--context', 'landed', '--reason', 'agreed'], {
      cwd: at.root,
    });
    expect(publish()).toContain('Published version 2.');
    expect(origin.git('ls-tree', '-r', '--name-only', 'schema-registry')).toContain('versions/000001.json');
    expect(origin.git('show', 'schema-registry:versions/000001.json')).toContain('"message": "Add people"');
    expect(origin.git('show', 'schema-registry:CHANGELOG.md')).toMatch(
      /^## Version 2\n\nAdd people\n\n- BREAKING {2}User\.name \[FIELD_REMOVED\] .*\n[^#]*## Version 1\n\nAdd people\n\nThe first version\.\n/,
    );
  });
});
