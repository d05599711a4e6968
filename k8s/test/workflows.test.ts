import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readStages } from './images/dockerfile.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  uses?: string;
  steps?: Step[];
  needs?: string | string[];
  permissions?: Record<string, string>;
  strategy?: { matrix: { target?: string[] } };
  'timeout-minutes'?: number;
}

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const folder = '.github/workflows/';
const workflows = readdirSync(new URL(folder, root)).map((name) => ({
  name,
  text: read(`${folder}${name}`),
  ...(parse(read(`${folder}${name}`)) as Workflow),
}));
const action = '.github/actions/schema-check/action.yml';
const texts = [...workflows, { name: 'schema-check', text: read(action) }];
const jobs = workflows.flatMap(({ name, jobs: own }) =>
  Object.entries(own).map(([job, value]) => ({ workflow: name, job, ...value })),
);

/** What a job may do besides reading the sources; whatever else it asks for must be written here first. */
const mayWrite: Record<string, string[]> = {
  'images image': ['security-events'],
  'images others': ['security-events'],
  'images push': ['attestations', 'id-token', 'packages'],
  'release images': ['attestations', 'id-token', 'packages', 'security-events'],
  'release publish': ['contents'],
  'release version': ['contents', 'pull-requests'],
  'schema check': ['pull-requests', 'security-events'],
  'schema publish': ['contents'],
};

describe('the workflows, which no test of ours can run', () => {
  test.each(texts)(
    '$name names every foreign action by its commit, with the version for people',
    ({ text }) => {
      const uses = [...text.matchAll(/uses: (\S+)(.*)$/gm)].filter(([, name = '']) => !name.startsWith('./'));
      for (const [line] of uses) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    },
  );

  test('one action is one commit everywhere', () => {
    const uses = texts.flatMap(({ text }) => [...text.matchAll(/uses: ([^@\s]+)@(\S+)/g)]);
    const commits = Map.groupBy(uses, ([, name]) => name);
    for (const [name, all] of commits)
      expect([name, new Set(all.map(([, , at]) => at)).size]).toEqual([name, 1]);
  });

  test.each(workflows)(
    '$name may read the sources and nothing else, unless a job says so',
    ({ permissions }) => {
      expect(permissions).toEqual({ contents: 'read' });
    },
  );

  test.each(jobs)(
    '$workflow $job asks for what it is known to need',
    ({ workflow, job, permissions = {} }) => {
      const asked = Object.keys(permissions).filter((name) => permissions[name] === 'write');
      expect(asked.sort()).toEqual(mayWrite[`${workflow} ${job}`] ?? []);
    },
  );

  test.each(jobs)(
    '$workflow $job ends by itself, and needs jobs that exist',
    ({ workflow, uses, needs = [], ...job }) => {
      if (uses) expect(existsSync(new URL(uses, root))).toBe(true);
      else expect(job['timeout-minutes']).toBeGreaterThan(0);
      const known = jobs.filter((other) => other.workflow === workflow).map((other) => other.job);
      expect(known).toEqual(expect.arrayContaining([needs].flat()));
    },
  );

  test.each(texts)('$name runs scripts that exist', ({ text }) => {
    const files = [...text.matchAll(/(?:bash|node) ((?:\.|\w)[\w./-]*\/[\w.-]+)/g)].map(
      ([, file = '']) => file,
    );
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
    const beside = [...text.matchAll(/\$GITHUB_ACTION_PATH\/([\w.-]+)/g)].map(([, file]) => file);
    expect(beside.filter((file) => !existsSync(new URL(`${action}/../${file}`, root)))).toEqual([]);
  });

  test('nothing is released whose schema the registry has not published', () => {
    const release = jobs.filter(({ workflow }) => workflow === 'release');
    const schema = release.find(({ job }) => job === 'schema');
    expect(schema?.steps?.map(({ run }) => run)).toContain(
      'bash .github/actions/schema-check/await-publication.sh',
    );
    const needsOf = (job: string) => [release.find((one) => one.job === job)?.needs ?? []].flat();
    expect(needsOf('images')).toContain('schema');
    expect(needsOf('publish')).toContain('images');
  });

  test('a release writes manifests that name what it pushed, and puts them where a cluster follows', () => {
    const steps = jobs.find(({ workflow, job }) => workflow === 'release' && job === 'publish')?.steps ?? [];
    const runs = steps.map(({ run = '' }) => run);
    const made = runs.findIndex((run) => run.startsWith('node k8s/release.mjs'));
    expect(runs.findIndex((run) => run.includes('supergraph.graphql'))).toBeLessThan(made);
    expect(runs.findIndex((run) => run.includes('deploy/publish.sh'))).toBeGreaterThan(made);
    const pushed = jobs.find(({ workflow, job }) => workflow === 'images' && job === 'push')?.steps ?? [];
    expect(pushed.map((step) => step.with?.['name'])).toContain('digest-${{ matrix.target }}');
  });

  test('nothing is pushed before it was looked at, ours and what others make', () => {
    const push = jobs.find(({ workflow, job }) => workflow === 'images' && job === 'push');
    expect(push?.needs).toEqual(['image', 'others']);
    const looking = jobs.filter(({ steps = [] }) =>
      steps.some(({ uses }) => uses?.startsWith('aquasecurity/trivy-action@')),
    );
    expect(looking.map(({ job }) => job)).toEqual(['image', 'others']);
  });

  test('Node is set up without a cache: its own looks for a pnpm that is not there', () => {
    const steps = [...jobs.flatMap(({ steps = [] }) => steps), ...parse(read(action)).runs.steps] as Step[];
    const node = steps.filter(({ uses }) => uses?.startsWith('actions/setup-node@'));
    expect(node.length).toBeGreaterThan(3);
    for (const step of node)
      expect(step.with).toEqual({ 'node-version': 24, 'package-manager-cache': false });
  });

  test('every target of the Dockerfile that is a process becomes an image', () => {
    const targets = readStages(new URL('Dockerfile', root)).map(({ name }) => name);
    const built = jobs.flatMap(({ strategy }) => (strategy?.matrix.target ? [strategy.matrix.target] : []));
    const started = targets.filter((name) => !/^(source|generated|runtime|.*-files)$/.test(name));
    expect(built.map((each) => each.toSorted())).toEqual([started.toSorted(), started.toSorted()]);
  });

  test('what the suites need beside npm is installed before they run', () => {
    const runs = jobs.flatMap(({ steps = [] }) => steps).map(({ run = '' }) => run);
    const installed = runs.find((run) => run.includes('apt-get install')) ?? '';
    for (const tool of ['redis-server', 'nginx', 'prometheus']) expect(installed).toContain(tool);
  });
});
