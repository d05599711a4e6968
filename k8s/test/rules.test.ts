import { processNames } from '@murmuration/dev';
import { describe, expect, test } from 'vitest';
import { readGatewayConfig } from '../../gateway/src/config.ts';
import { processHeapMiB } from '../../gateway/src/planning/cell/process.ts';
import { defaultMaxHeapMiB } from '../../gateway/src/planning/planner.ts';
import { laptopSecrets } from './laptop-secrets.ts';
import { overlays, render } from './render.ts';
import { ofKind, selects, workloadsOf } from './workloads.ts';

/** A whole version, and where it is known the digest. */
const pinned = /:v?\d+\.\d+(\.\d+)?(-[a-z]+)?(@sha256:[0-9a-f]{64})?$/;

/** Resident memory of the gateway and of its planner's process together, as measured on our graph. */
const gatewayMiB = { atRest: 330, busy: 382 } as const;
const planCacheMiB = readGatewayConfig({ SUPERGRAPH_FILE: 'any' }).PLAN_CACHE_BYTES / 1_048_576;

/** Rules of our own, beyond what the API would accept. */
describe.each(overlays)('in %s', (overlay) => {
  const manifests = render(overlay);
  const workloads = workloadsOf(manifests);
  const containers = workloads.flatMap(({ name, pod }) =>
    pod.containers.map((each) => ({ workload: name, ...each })),
  );

  test('there is every process of the platform', () => {
    const names = workloads.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...processNames, 'migrate', 'redis']));
  });

  test.each(containers)('$workload/$name has a pinned image, limits, and no privilege', (container) => {
    expect(container.image).toMatch(pinned);
    expect(Object.keys(container.resources?.requests ?? {}).toSorted()).toEqual(['cpu', 'memory']);
    expect(container.resources?.limits).toHaveProperty('memory');
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('the gateway has room for its planners beside it', () => {
    const gateway = containers.find(({ name, workload }) => workload === 'gateway' && name === 'gateway');
    const mebibytes = (text = '') => Number(/^(\d+)Mi$/.exec(text)?.[1]);
    const requested = mebibytes(gateway?.resources?.requests?.['memory']);
    expect(requested).toBeGreaterThanOrEqual(gatewayMiB.atRest);
    expect(mebibytes(gateway?.resources?.limits?.['memory'])).toBeGreaterThanOrEqual(
      gatewayMiB.busy + planCacheMiB + defaultMaxHeapMiB + processHeapMiB,
    );
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

  test('how many there are is said once: by the autoscaler, or by the manifest where nothing scales', () => {
    const scaled = ofKind<{ scaleTargetRef: { name: string } }>(manifests, 'HorizontalPodAutoscaler').map(
      ({ spec }) => spec.scaleTargetRef.name,
    );
    const said = workloads.filter(({ replicas }) => replicas !== undefined).map(({ name }) => name);
    expect(scaled.filter((name) => said.includes(name))).toEqual([]);
  });

  test('every secret that a pod asks for is made by something that is there, or by hand where the pages say so', () => {
    const made = new Set([
      ...ofKind<{ target: { name: string } }>(manifests, 'ExternalSecret').map(
        ({ spec }) => spec.target.name,
      ),
      ...ofKind(manifests, 'Cluster').flatMap(({ name }) => [`${name}-app`, `${name}-ca`]),
    ]);
    const asked = workloads.flatMap(({ pod }) => [
      ...pod.containers.flatMap(({ env = [] }) =>
        env.flatMap(({ valueFrom }) =>
          valueFrom?.secretKeyRef && !valueFrom.secretKeyRef.optional ? [valueFrom.secretKeyRef.name] : [],
        ),
      ),
      ...(pod.volumes ?? []).flatMap(({ secret }) => (secret ? [secret.secretName] : [])),
    ]);
    const names = [...new Set(asked)].toSorted();
    if (overlay === 'production') expect(names.filter((name) => !made.has(name))).toEqual([]);
    else expect(names).toEqual(Object.keys(laptopSecrets()).toSorted());
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
