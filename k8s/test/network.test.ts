import { describe, expect, test } from 'vitest';
import { overlays, render } from './render.ts';
import { ofKind, selects, workloadsOf } from './workloads.ts';

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: object;
}
interface PolicySpec {
  podSelector: { matchLabels?: Record<string, string> };
  policyTypes: string[];
  ingress?: { from?: Peer[]; ports?: { port: number }[] }[];
  egress?: { to?: Peer[]; ports?: { port: number }[] }[];
}

/** Who talks to whom: DESIGN's arrows. The policies must allow exactly these, on both sides. */
const arrows = [
  'gateway → user:8080',
  'gateway → post:8080',
  'gateway → timeline:8080',
  'post → user:8080',
  'timeline → user:8080',
  'timeline-worker → user:8080',
  'timeline-worker → post:8080',
  ...['gateway', 'user', 'post', 'timeline', 'timeline-worker', 'redis'].map(
    (name) => `${name} → redis:6379`,
  ),
  'user → postgres-user:5432',
  'post → postgres-post:5432',
  'timeline → postgres-timeline:5432',
  'timeline-worker → postgres-timeline:5432',
  ...['user', 'post', 'timeline'].map((name) => `migrate → postgres-${name}:5432`),
].toSorted();

describe.each(overlays)('in %s', (overlay) => {
  const manifests = render(overlay);
  const policies = ofKind<PolicySpec>(manifests, 'NetworkPolicy');
  const clusters = ofKind(manifests, 'Cluster').map(({ name }) => ({
    name,
    labels: { 'cnpg.io/cluster': name },
  }));
  const pods = [...workloadsOf(manifests).filter(({ name }) => name !== 'redis-replica'), ...clusters];
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
    // Postgres instances among themselves are the operator's business.
    return [...found].filter((arrow) => !/^postgres-(\w+) → postgres-\1/.test(arrow)).toSorted();
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
});
