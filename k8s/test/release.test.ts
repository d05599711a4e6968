import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processNames } from '@murmuration/dev';
import { afterAll, expect, test } from 'vitest';
import { composeForCluster, render, renderFolder } from './render.ts';
import { workloadsOf } from './workloads.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const images = [...processNames, 'migrate'];
/** Of optional parts: not in the overlays. */
const beside = ['registry'];
const digest = `sha256:${'0a'.repeat(32)}`;
const runbooks = 'https://example.net/v1.2.3/docs/runbooks';

function release(name: string, options: Record<string, string> = {}): string {
  const out = join(scratch, name);
  const digests = join(scratch, `${name}-digests`);
  mkdirSync(digests);
  for (const image of [...images, ...beside]) writeFileSync(join(digests, image), `${digest}\n`);
  const supergraph = join(scratch, 'supergraph.graphql');
  writeFileSync(supergraph, composeForCluster());
  const given = { registry: 'registry.example.net/flock', digests, supergraph, runbooks, out, ...options };
  const args = Object.entries(given).flatMap(([option, value]) => (value ? [`--${option}`, value] : []));
  execFileSync(process.execPath, [join(root, 'k8s/release.mjs'), ...args], { stdio: 'pipe' });
  return out;
}

test('a release renders as it is, with its images by digest, its supergraph and the address of its runbooks', () => {
  const manifests = renderFolder(join(release('whole'), 'overlays/production'));
  const ours = workloadsOf(manifests)
    .flatMap(({ pod }) => pod.containers.map(({ image }) => image))
    .filter((image) => image.includes('flock/'));
  expect([...new Set(ours)].toSorted()).toEqual(
    images.map((image) => `registry.example.net/flock/${image}@${digest}`).toSorted(),
  );
  const text = JSON.stringify(manifests);
  expect(text).not.toMatch(/registry\.invalid|runbooks\.example\.org/);
  expect(text).toContain(`${runbooks}/pool-exhausted.md`);
  const supergraph = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('supergraph'),
  );
  expect(supergraph?.data?.['supergraph.graphql']).toBe(composeForCluster());
});

test('without a release no image can be pulled by accident: the name leads nowhere', () => {
  for (const { name, pod } of workloadsOf(render('production'))) {
    if (!images.includes(name)) continue;
    for (const { image } of pod.containers) expect(image).toMatch(/^registry\.invalid\/murmuration\//);
  }
});

test('what is missing, and what is no digest, makes no release', () => {
  expect(() => release('nameless', { registry: '' })).toThrow('Missing: --registry');
  const digests = join(scratch, 'wrong');
  mkdirSync(digests);
  for (const image of [...images, ...beside]) writeFileSync(join(digests, image), 'latest');
  expect(() => release('tagged', { digests })).toThrow('is no digest of');
});

const others = execFileSync('bash', [join(root, '.github/actions/deploy/others-images.sh')], {
  cwd: root,
  encoding: 'utf8',
});

test('the images of others that the cluster runs are looked at for holes, each by its whole name', () => {
  const listed = JSON.parse(others) as string[];
  const clusters = render('production').flatMap(({ spec }) =>
    spec?.['imageName'] ? [spec['imageName']] : [],
  );
  const run = [...workloadsOf(render('production')), ...workloadsOf(render('dev'))].flatMap(({ pod }) =>
    pod.containers.map(({ image }) => image),
  );
  const foreign = [...clusters, ...run].filter((image) => !String(image).startsWith('registry.invalid/'));
  expect(listed).toEqual(expect.arrayContaining(foreign));
  expect(listed.filter((image) => !/:[\w.-]*\d/.test(image))).toEqual([]);
});

interface Renovate {
  kubernetes: { managerFilePatterns: string[] };
  customManagers: { managerFilePatterns: string[]; matchStrings: string[] }[];
}
const renovate = JSON.parse(readFileSync(join(root, '.github/renovate.json'), 'utf8')) as Renovate;
const matches = (patterns: string[], file: string) =>
  patterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file));

test('every file that names an image is kept up to date by somebody', () => {
  const parts = readdirSync(join(root, 'k8s')).filter((part) => !['node_modules', 'test'].includes(part));
  const files = parts
    .filter((part) => statSync(join(root, 'k8s', part)).isDirectory())
    .flatMap((part) =>
      readdirSync(join(root, 'k8s', part), { recursive: true, encoding: 'utf8' }).map(
        (file) => `k8s/${part}/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(30);
  const [operator] = renovate.customManagers;
  let operated = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    if (/^\s*-?\s*image: /m.test(text))
      expect([file, matches(renovate.kubernetes.managerFilePatterns, file)]).toEqual([file, true]);
    if (!/imageName: /.test(text)) continue;
    operated++;
    expect([file, matches(operator?.managerFilePatterns ?? [], file)]).toEqual([file, true]);
    expect(text).toMatch(new RegExp(operator?.matchStrings[0] ?? '^$'));
  }
  expect(operated).toBe(4);
});
