import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { unknownFields, valueProblems } from '../models.ts';
import { render, renderFolder } from '../render.ts';
import { ofKind } from '../workloads.ts';
import { alertRules } from './rules.ts';

interface Match {
  name: string;
  value: string;
}
interface Routes {
  route: { receiver: string; routes: { matchers: Match[]; receiver: string }[] };
  inhibitRules: { sourceMatch: Match[]; targetMatch: Match[] }[];
  receivers: { name: string }[];
}

const manifests = renderFolder(fileURLToPath(new URL('../../observe/routes', import.meta.url)));
const [example] = ofKind<Routes>(manifests, 'AlertmanagerConfig');

test('the example of who is woken is what the API knows, and names receivers and alerts that exist', async () => {
  expect(await valueProblems(manifests)).toEqual([]);
  expect(unknownFields(manifests)).toEqual([]);
  const { route, receivers, inhibitRules } = example?.spec ?? { inhibitRules: [] };
  const names = receivers?.map(({ name }) => name);
  for (const receiver of [route?.receiver, ...(route?.routes ?? []).map((each) => each.receiver)]) {
    expect(names).toContain(receiver);
  }
  const alerts = alertRules().map(({ alert }) => alert);
  const inhibited = inhibitRules.flatMap((rule) => [...rule.sourceMatch, ...rule.targetMatch]);
  for (const { value } of inhibited) expect(alerts).toContain(value);
});

test('every severity has a way to somebody', () => {
  const critical = example?.spec.route.routes.find(({ matchers }) => matchers[0]?.value === 'critical');
  expect(critical?.receiver).toBe('wake');
  expect(new Set(alertRules().map(({ labels }) => labels.severity))).toEqual(
    new Set(['warning', 'critical']),
  );
});

test('what observes is there once, and bears what a common installation of Prometheus selects', () => {
  const rendered = render('production');
  const observed = rendered.filter(({ kind }) => ['PodMonitor', 'PrometheusRule'].includes(kind));
  const names = observed.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { metadata } of observed) {
    expect(metadata).toMatchObject({
      namespace: 'murmuration',
      labels: { release: 'kube-prometheus-stack' },
    });
  }
  // Applied alone it is the same objects again, not others in another namespace.
  const alone = renderFolder(fileURLToPath(new URL('../../observe', import.meta.url)));
  const inProduction = rendered.map((each) => JSON.stringify(each));
  expect(alone.filter((each) => !inProduction.includes(JSON.stringify(each)))).toEqual([]);
});

test('no scrape is without limits', () => {
  for (const { spec } of ofKind<Record<string, unknown>>(render('production'), 'PodMonitor')) {
    expect(spec).toMatchObject({
      bodySizeLimit: expect.any(String),
      sampleLimit: expect.any(Number),
      labelLimit: expect.any(Number),
      labelValueLengthLimit: expect.any(Number),
    });
  }
});
