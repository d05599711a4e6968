import { processNames, subgraphNames } from '@murmuration/dev';
import { databaseNames } from '@murmuration/prisma';
import { describe, expect, test } from 'vitest';
import { readersOf } from './configs.ts';
import { overlays, render } from './render.ts';
import { ofKind, selects, workloadsOf } from './workloads.ts';

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: { matchLabels: Record<string, string> };
  ipBlock?: { cidr: string };
}
interface PolicySpec {
  podSelector: { matchLabels?: Record<string, string> };
  policyTypes: string[];
  ingress?: { from?: Peer[]; ports?: { port: number }[] }[];
  egress?: { to?: Peer[]; ports?: { port: number }[] }[];
}

/** Who talks to whom: whose address each is told. The policies must allow exactly these, on both sides. */
const told = [
  ...subgraphNames.flatMap((name) => [
    `gateway → ${name}:8080`,
    ...readersOf(`${name.toUpperCase()}_URL`).map((asking) => `${asking} → ${name}:8080`),
  ]),
  ...readersOf('REDIS_URL').flatMap((name) => [`${name} → redis:6379`, `${name} → redis:26379`]),
  ...databaseNames.flatMap((database) =>
    ['migrate', ...readersOf(`${database.toUpperCase()}_DATABASE_URL`)].map(
      (name) => `${name} → postgres-${database}:5432`,
    ),
  ),
];
const arrows = [...new Set(told)].toSorted();

test('the arrows are those of the design', () => {
  expect(arrows).toEqual(
    expect.arrayContaining([
      'gateway → timeline:8080',
      'post → user:8080',
      'post → timeline:8080',
      'user → post:8080',
      'timeline → user:8080',
      'timeline-worker → user:8080',
      'timeline-worker → post:8080',
      'user-worker → postgres-user:5432',
      'user-worker → timeline:8080',
      'user-worker → post:8080',
    ]),
  );
  expect(arrows).not.toContain('timeline → postgres-user:5432');
  expect(arrows).not.toContain('user-worker → redis:6379');
});

describe.each(overlays)('in %s', (overlay) => {
  const manifests = render(overlay);
  const policies = ofKind<PolicySpec>(manifests, 'NetworkPolicy');
  // The operator gives its pods the labels that the cluster says.
  const clusters = ofKind<{ inheritedMetadata: { labels: Record<string, string> } }>(
    manifests,
    'Cluster',
  ).map(({ name, spec }) => ({ name, labels: spec.inheritedMetadata.labels }));
  const passing = { name: 'solver', labels: { 'acme.cert-manager.io/http01-solver': 'true' } };
  const pods = [...workloadsOf(manifests), ...clusters, passing];
  const chosenBy = (labels: Record<string, string> = {}) =>
    pods.filter((pod) => selects(labels, pod.labels)).map((pod) => pod.name);

  function allowed(direction: 'ingress' | 'egress'): string[] {
    const found = new Set<string>();
    for (const { spec } of policies) {
      for (const self of chosenBy(spec.podSelector.matchLabels)) {
        for (const rule of spec[direction] ?? []) {
          const peers =
            (direction === 'ingress' ? (rule as { from?: Peer[] }).from : (rule as { to?: Peer[] }).to) ?? [];
          for (const peer of peers.filter((each) => each.podSelector && !each.namespaceSelector)) {
            for (const other of chosenBy(peer.podSelector?.matchLabels)) {
              for (const { port } of rule.ports ?? []) {
                found.add(
                  direction === 'egress' ? `${self} → ${other}:${port}` : `${other} → ${self}:${port}`,
                );
              }
            }
          }
        }
      }
    }
    // What replicas of one store say to each other is theirs.
    return [...found].filter((arrow) => !/^(postgres-\w+|redis) → \1:/.test(arrow)).toSorted();
  }

  test('nothing is allowed by default', () => {
    const deny = policies.find(({ name }) => name === 'default-deny');
    expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  test('what may leave is what the design draws, and nothing else', () => {
    expect(allowed('egress')).toEqual(arrows);
  });

  test('what may enter is the same', () => {
    expect(allowed('ingress')).toEqual(arrows);
  });

  test('no policy chooses nothing', () => {
    for (const { name, spec } of policies) {
      if (spec.podSelector.matchLabels)
        expect([name, chosenBy(spec.podSelector.matchLabels).length]).not.toEqual([name, 0]);
    }
  });

  /** Who may reach this from another namespace, or which namespace this may reach: `who:port`. */
  function foreign(direction: 'ingress' | 'egress', name: string): string[] {
    const rules = policies
      .filter(({ spec }) => chosenBy(spec.podSelector.matchLabels).includes(name))
      .flatMap(
        ({ spec }) => (spec[direction] ?? []) as { from?: Peer[]; to?: Peer[]; ports?: { port: number }[] }[],
      );
    return rules.flatMap(({ from, to, ports = [] }) =>
      (from ?? to ?? []).flatMap(({ namespaceSelector, ipBlock }) => {
        const [who] = Object.values(namespaceSelector?.matchLabels ?? {});
        const whom = who ?? ipBlock?.cidr;
        return whom ? ports.map(({ port }) => `${whom}:${port}`) : [];
      }),
    );
  }

  test('traces may leave every process, and a supergraph by URL may reach the gateway', () => {
    for (const name of processNames) {
      expect(foreign('egress', name)).toEqual(expect.arrayContaining(['telemetry:4317', 'telemetry:4318']));
      expect(foreign('ingress', name)).toContain('monitoring:9464');
    }
    expect(foreign('egress', 'gateway')).toContain('supergraph:443');
    expect(foreign('egress', 'post')).not.toContain('supergraph:443');
    expect(foreign('egress', 'user-worker')).toContain('mail:465');
    expect(foreign('egress', 'user')).not.toContain('mail:465');
    expect(foreign('egress', 'timeline-worker')).toContain('push:3128');
    expect(foreign('egress', 'timeline')).not.toContain('push:3128');
  });

  test('names are asked of the cluster, or of the cache on the node', () => {
    for (const { name } of workloadsOf(manifests)) {
      expect(foreign('egress', name)).toEqual(
        expect.arrayContaining(['kube-system:53', '169.254.20.10/32:53']),
      );
    }
  });

  test('no process may reach all of the internet', () => {
    expect(policies.filter(({ spec }) => JSON.stringify(spec).includes('0.0.0.0/0'))).toEqual([]);
  });

  if (overlay === 'production')
    test('the edge, the solver of certificates and the exporter are reached', () => {
      expect(foreign('ingress', 'gateway')).toContain('envoy-gateway-system:4000');
      expect(foreign('ingress', 'user')).toContain('envoy-gateway-system:8080');
      expect(foreign('ingress', 'post')).not.toContain('envoy-gateway-system:8080');
      expect(foreign('ingress', 'solver')).toEqual(['envoy-gateway-system:8089']);
      expect(foreign('ingress', 'redis')).toContain('monitoring:9121');
      expect(foreign('ingress', 'postgres-user')).toContain('monitoring:9187');
    });
});
