import { describe, expect, test } from 'vitest';
import { overlays, render } from './render.ts';
import { ofKind, selects, workloadsOf } from './workloads.ts';

/** Rules of our own, beyond what the API would accept. */
describe.each(overlays)('in %s', (overlay) => {
  const manifests = render(overlay);
  const workloads = workloadsOf(manifests);
  const containers = workloads.flatMap(({ name, pod }) =>
    pod.containers.map((each) => ({ workload: name, ...each })),
  );

  test('there is every process of the platform', () => {
    const names = workloads.map(({ name }) => name);
    const expected = ['gateway', 'user', 'post', 'timeline', 'timeline-worker', 'migrate', 'redis'];
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  test.each(containers)('$workload/$name has a pinned image, limits, and no privilege', (container) => {
    expect(container.image).toMatch(/:\d+\.\d+\.\d+/);
    expect(Object.keys(container.resources?.requests ?? {}).toSorted()).toEqual(['cpu', 'memory']);
    expect(container.resources?.limits).toHaveProperty('memory');
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test.each(workloads)('$kind $name runs as nobody and holds no token', ({ pod }) => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  test.each(workloads.filter(({ kind }) => kind !== 'Job'))(
    '$name is probed at start, for work and for life',
    ({ pod }) => {
      for (const container of pod.containers) {
        expect(container).toMatchObject({ startupProbe: {}, readinessProbe: {}, livenessProbe: {} });
      }
    },
  );

  test('every selector chooses something, and only one workload', () => {
    for (const { labels, selector } of workloads) expect(selects(selector, labels)).toBe(true);
    const services = ofKind<{ selector: Record<string, string>; ports: { targetPort: string }[] }>(
      manifests,
      'Service',
    );
    for (const { name, spec } of services) {
      const chosen = workloads.filter(({ labels }) => selects(spec.selector, labels));
      expect([name, chosen.length]).toEqual([name, 1]);
      const ports = chosen[0]?.pod.containers.flatMap((each) => each.ports?.map((port) => port.name) ?? []);
      for (const port of spec.ports) expect(ports).toContain(port.targetPort);
    }
    const budgets = ofKind<{ selector: { matchLabels: Record<string, string> } }>(
      manifests,
      'PodDisruptionBudget',
    );
    for (const { spec } of budgets) {
      expect(workloads.some(({ labels }) => selects(spec.selector.matchLabels, labels))).toBe(true);
    }
    const scalers = ofKind<{ scaleTargetRef: { name: string } }>(manifests, 'HorizontalPodAutoscaler');
    for (const { spec } of scalers)
      expect(workloads.map(({ name }) => name)).toContain(spec.scaleTargetRef.name);
  });

  test('there is no secret in any manifest', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const secretNames = /SECRET|KEYS|PASSWORD|DATABASE_URL/;
    for (const { env = [] } of containers) {
      for (const { name, value } of env)
        if (secretNames.test(name)) expect([name, value]).toEqual([name, undefined]);
    }
  });
});
