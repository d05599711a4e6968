import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRegistryConfig } from '../../registry/server/src/config.ts';
import { unknownFields, valueProblems } from './models.ts';
import { render, renderFolder } from './render.ts';
import { ofKind, selects, workloadsOf } from './workloads.ts';

const manifests = renderFolder(fileURLToPath(new URL('../registry', import.meta.url)));
const [registry] = workloadsOf(manifests);

test('the registry is what the API knows, and runs without any privilege', async () => {
  expect(await valueProblems(manifests)).toEqual([]);
  expect(unknownFields(manifests)).toEqual([]);
  expect(registry).toMatchObject({ kind: 'Deployment', name: 'registry', replicas: 2 });
  for (const container of registry?.pod.containers ?? []) {
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container).toMatchObject({ startupProbe: {}, readinessProbe: {}, livenessProbe: {} });
    expect(container.resources?.limits).toHaveProperty('memory');
  }
});

test('every setting is one that it reads, every required one is given, and every secret is made', () => {
  const env = registry?.pod.containers.flatMap((container) => container.env ?? []) ?? [];
  const { privateKey } = generateKeyPairSync('ed25519');
  const secrets: Record<string, string> = {
    REGISTRY_DATABASE_URL: 'postgres://registry:secret@postgres-registry-rw:5432/registry',
    REGISTRY_SIGNING_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'k' }),
  };
  const known = new Set(['PGSSLMODE', 'NODE_EXTRA_CA_CERTS']);
  const environment = Object.fromEntries(env.map(({ name, value }) => [name, value ?? secrets[name]]));
  const spy = new Proxy(environment, {
    get(target, name) {
      known.add(String(name));
      return target[String(name)];
    },
  });
  const config = readRegistryConfig(spy as NodeJS.ProcessEnv);
  expect(env.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  // A check that takes all of its memory must end alone.
  const limit = registry?.pod.containers[0]?.resources?.limits?.['memory'];
  expect(limit).toBe('2Gi');
  expect(config.CHECK_MAX_HEAP_MIB).toBeLessThan(2_048 - 256);
  const made = new Set([
    ...ofKind<{ target: { name: string } }>(manifests, 'ExternalSecret').map(({ spec }) => spec.target.name),
    ...ofKind(manifests, 'Cluster').flatMap(({ name }) => [`${name}-app`, `${name}-ca`]),
  ]);
  const asked = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []);
  expect(asked.filter((name) => !made.has(name))).toEqual([]);
});

test("it lets the platform's gateways in, which may go there", () => {
  type Peer = {
    namespaceSelector?: { matchLabels: Record<string, string> };
    podSelector?: { matchLabels: Record<string, string> };
  };
  const [gateway] = workloadsOf(render('production')).filter(({ name }) => name === 'gateway');
  const entrance = ofKind<{ ingress: { from: Peer[]; ports: { port: number }[] }[] }>(
    manifests,
    'NetworkPolicy',
  ).find(({ name }) => name === 'registry-in');
  const peers = entrance?.spec.ingress.find(({ ports }) => ports[0]?.port === 8080)?.from ?? [];
  const ours = peers.find(({ podSelector }) => podSelector);
  expect(ours?.namespaceSelector?.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'murmuration' });
  expect(selects(ours?.podSelector?.matchLabels ?? {}, gateway?.labels ?? {})).toBe(true);
  const way = ofKind<{ egress: { to: Peer[]; ports: { port: number }[] }[] }>(
    render('production'),
    'NetworkPolicy',
  ).find(({ name }) => name === 'supergraph-by-url');
  const namespace = manifests.find(({ kind }) => kind === 'Namespace');
  expect(namespace?.metadata.labels).toMatchObject(
    way?.spec.egress[0]?.to[0]?.namespaceSelector?.matchLabels ?? { missing: '' },
  );
  expect(way?.spec.egress[0]?.ports).toContainEqual({ port: 8080 });
});

test('its budget of connections fits its database', () => {
  const [cluster] = ofKind<{ postgresql: { parameters: Record<string, string> } }>(manifests, 'Cluster');
  const config = readRegistryConfig({ REGISTRY_DATABASE_URL: 'postgres://r@r/r' });
  // Beside the pool: two of checks, one of readiness; and one process more while others are replaced.
  const most = (config.REGISTRY_DATABASE_POOL + 3) * ((registry?.replicas ?? 0) + 1);
  expect(most + 15).toBeLessThanOrEqual(Number(cluster?.spec.postgresql.parameters['max_connections']));
});
