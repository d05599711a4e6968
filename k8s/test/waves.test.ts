import { processNames } from '@murmuration/dev';
import { databaseNames } from '@murmuration/prisma';
import { expect, test } from 'vitest';
import { type Manifest, render } from './render.ts';
import { ofKind, workloadsOf } from './workloads.ts';

const manifests = render('production');
const waveOf = ({ metadata }: Manifest) =>
  Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
const wave = (kind: string, name: string) => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}`);
  return waveOf(found);
};
const waves = (kind: string) => manifests.filter((each) => each.kind === kind).map(waveOf);

/** A sync waits until all of a wave is healthy: what a wave needs must come before it, never in a phase after. */
test('nothing waits for what a later phase brings', () => {
  const hooks = manifests.map(({ metadata }) => metadata.annotations?.['argocd.argoproj.io/hook']);
  expect([...new Set(hooks)].toSorted()).toEqual(['Sync', undefined]);
});

test('namespace, policies and secrets, then stores, then migrations, then subgraphs, then gateways, then the edge', () => {
  const migration = wave('Job', 'migrate');
  expect(wave('Namespace', 'murmuration')).toBeLessThan(migration);
  for (const kind of ['NetworkPolicy', 'ExternalSecret']) {
    const before = waves(kind).filter((each) => each < migration);
    expect(before.length).toBeGreaterThan(2);
  }
  for (const each of waves('Cluster')) {
    expect(each).toBeGreaterThan(Math.max(...waves('ExternalSecret')));
    expect(each).toBeLessThan(migration);
  }
  expect(wave('StatefulSet', 'redis')).toBeLessThan(migration);
  for (const name of processNames.filter((each) => each !== 'gateway')) {
    expect(wave('Deployment', name)).toBeGreaterThan(migration);
    expect(wave('Deployment', name)).toBeLessThan(wave('Deployment', 'gateway'));
  }
  expect(wave('Gateway', 'public')).toBeGreaterThan(wave('Deployment', 'gateway'));
});

test('the migration reaches its databases with what is there before it', () => {
  const [migrate] = workloadsOf(manifests).filter(({ name }) => name === 'migrate');
  const asked = migrate?.pod.containers.map(({ env = [] }) => env.map(({ name }) => name).toSorted());
  const wanted = databaseNames.map((database) =>
    [`${database.toUpperCase()}_DATABASE_URL`, 'NODE_EXTRA_CA_CERTS', 'PGSSLMODE'].toSorted(),
  );
  expect(new Set(asked)).toEqual(new Set(wanted));
  const policies = ofKind<{ podSelector: { matchLabels?: object } }>(manifests, 'NetworkPolicy');
  const out = policies.find(({ name }) => name === 'migrate-out');
  expect(out && wave('NetworkPolicy', 'migrate-out')).toBeLessThan(wave('Job', 'migrate'));
});
