import { expect, test } from 'vitest';
import { render } from './render.ts';
import { workloadsOf } from './workloads.ts';

const manifests = render('dev');
const workloads = workloadsOf(manifests);

test('a laptop needs no operator: there is only what every cluster knows', () => {
  const groups = new Set(manifests.map(({ apiVersion }) => apiVersion.split('/').at(-2) ?? 'core'));
  expect([...groups].toSorted()).toEqual(['apps', 'batch', 'core', 'networking.k8s.io']);
});

test('there is one of everything, and all of it fits a node of two cores and four GiB', () => {
  expect(workloads.map(({ name, replicas = 1 }) => [name, replicas])).toEqual(
    workloads.map(({ name }) => [name, 1]),
  );
  expect(workloads.filter(({ pod }) => pod.affinity)).toEqual([]);
  const requests = workloads.flatMap(({ pod }) =>
    pod.containers.map(({ resources }) => resources?.requests ?? {}),
  );
  const sum = (name: string, unit: RegExp) =>
    requests.reduce((total, each) => total + Number(unit.exec(each[name] ?? '')?.[1]), 0);
  expect(sum('cpu', /^(\d+)m$/)).toBeLessThanOrEqual(1_000);
  expect(sum('memory', /^(\d+)Mi$/)).toBeLessThanOrEqual(3_072);
});
