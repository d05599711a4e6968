import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@murmuration/service-kit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { unknownFields, valueProblems } from './models.ts';
import { render, renderFolder } from './render.ts';
import { ofKind, workloadsOf } from './workloads.ts';

interface Pipeline {
  receivers: string[];
  processors: string[];
  exporters: string[];
}
interface Config {
  receivers: Record<string, { include?: string[]; operators?: Operator[] }>;
  processors: Record<string, object>;
  exporters: Record<string, object>;
  extensions: Record<string, object>;
  service: { extensions: string[]; pipelines: Record<string, Pipeline> };
}
interface Operator {
  id: string;
  timestamp?: { parse_from: string; layout: string };
  severity?: { parse_from: string; mapping: Record<string, number> };
}

const manifests = renderFolder(fileURLToPath(new URL('../collect', import.meta.url)));
const text = readFileSync(new URL('../collect/config.yaml', import.meta.url), 'utf8');
const config = parse(text) as Config;

test('the collector is what the API knows, runs without capabilities, and mounts nothing to write but its own place', async () => {
  expect(await valueProblems(manifests)).toEqual([]);
  expect(unknownFields(manifests)).toEqual([]);
  const [collector] = workloadsOf(manifests);
  expect(collector).toMatchObject({ kind: 'DaemonSet', name: 'collector' });
  for (const container of collector?.pod.containers ?? []) {
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources?.limits).toHaveProperty('memory');
  }
  const hosts = collector?.pod.volumes?.flatMap(({ hostPath }) => (hostPath ? [hostPath.path] : []));
  expect(hosts).toEqual(['/var/log/pods', '/var/lib/murmuration-collector']);
});

test('it may read the pods of our namespace, and nothing else', () => {
  const roles = manifests.filter(({ kind }) => kind.endsWith('Role'));
  expect(roles).toMatchObject([
    {
      kind: 'Role',
      metadata: { namespace: 'murmuration' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    },
  ]);
  expect(config.receivers['filelog']?.include).toEqual(['/var/log/pods/murmuration_*/*/*.log']);
});

test('every part of the configuration is declared, used and bounded', () => {
  const pipelines = Object.values(config.service.pipelines);
  const used = (role: keyof Pipeline) => [...new Set(pipelines.flatMap((each) => each[role]))].toSorted();
  for (const role of ['receivers', 'processors', 'exporters'] as const) {
    expect(used(role)).toEqual(Object.keys(config[role]).toSorted());
  }
  expect(config.service.extensions.toSorted()).toEqual(Object.keys(config.extensions).toSorted());
  for (const { processors } of pipelines)
    expect([processors[0], processors.at(-1)]).toEqual(['memory_limiter', 'batch']);
  for (const exporter of Object.values(config.exporters)) {
    expect(exporter).toMatchObject({ sending_queue: { queue_size: expect.any(Number) } });
    expect(exporter).toHaveProperty('retry_on_failure.max_elapsed_time');
  }
  const destinations = manifests.find(({ metadata }) => metadata.name.startsWith('destinations'));
  const asked = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(destinations?.data ?? {}).toSorted()).toEqual(asked.toSorted());
});

test('it understands the lines that our processes write', () => {
  const lines: string[] = [];
  createLogger('post', 'info', { write: (line: string) => lines.push(line) }).warn('a word');
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  const pino = config.receivers['filelog']?.operators?.find(({ id }) => id === 'pino');
  expect(pino?.timestamp).toMatchObject({
    parse_from: 'attributes.time',
    layout: '2006-01-02T15:04:05.999Z',
  });
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(pino?.severity?.parse_from).toBe('attributes.level');
  expect(pino?.severity?.mapping['warn']).toBe(line['level']);
  expect(line['msg']).toBe('a word');
});

test('where it listens is where our processes may send, and from where it is let in', () => {
  const [policy] = ofKind<{ ingress: { ports: { port: number }[] }[] }>(manifests, 'NetworkPolicy');
  const open = policy?.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port));
  expect(open).toEqual(expect.arrayContaining([4317, 4318]));
  const namespace = manifests.find(({ kind }) => kind === 'Namespace');
  const telemetry = ofKind<{ egress: { to: { namespaceSelector: { matchLabels: object } }[] }[] }>(
    render('production'),
    'NetworkPolicy',
  ).find(({ name }) => name === 'telemetry');
  expect(namespace?.metadata.labels).toMatchObject(
    telemetry?.spec.egress[0]?.to[0]?.namespaceSelector.matchLabels ?? { missing: '' },
  );
});
