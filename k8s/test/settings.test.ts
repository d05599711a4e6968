import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { servedFeedLimits } from '@murmuration/events';
import { databaseNames } from '@murmuration/prisma';
import { describe, expect, test } from 'vitest';
import { laneLimits } from '../../packages/postgres/src/lanes.ts';
import { readers, settingsOf } from './configs.ts';
import { type Manifest, overlays, render } from './render.ts';
import { ofKind, type Workload, workloadsOf } from './workloads.ts';

/** Read by Node packages or the container itself, not by a config file. */
const notOurs = new Set(['APOLLO_TELEMETRY_DISABLED', 'PGSSLMODE', 'NODE_EXTRA_CA_CERTS']);

const { privateKey } = generateKeyPairSync('ed25519');
const secrets: Record<string, string> = {
  INTERNAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  JWT_SIGNING_KEYS: JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }]),
  REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
  DATA_KEYS: randomBytes(32).toString('base64'),
  EMAIL_INDEX_KEYS: randomBytes(32).toString('base64'),
  VAPID_KEYS: randomBytes(32).toString('base64'),
  REDIS_URL: 'redis://app:secret@redis:6379',
  SMTP_URL: 'smtps://app:secret@mail.example.org',
};

function environmentOf(manifests: Manifest[], { pod }: Workload): Record<string, string> {
  const maps = new Map(
    manifests.filter(({ kind }) => kind === 'ConfigMap').map((map) => [map.metadata.name, map.data]),
  );
  const environment: Record<string, string> = {};
  for (const { env = [], envFrom = [] } of pod.containers) {
    for (const { configMapRef } of envFrom) Object.assign(environment, maps.get(configMapRef?.name ?? ''));
    for (const { name, value, valueFrom } of env) {
      if (valueFrom?.secretKeyRef?.optional) continue;
      environment[name] = value ?? secrets[name] ?? 'postgres://user:secret@postgres:5432/database';
    }
  }
  return environment;
}

describe.each(overlays)('in %s', (overlay) => {
  const manifests = render(overlay);
  const processes = workloadsOf(manifests).filter(({ name }) => name in readers);

  test.each(processes)(
    'every required setting of $name is given, and every given one is known',
    (workload) => {
      const environment = environmentOf(manifests, workload);
      const read = readers[workload.name];
      const known = settingsOf(workload.name);
      expect(() => read?.(environment)).not.toThrow();
      // Shared settings may be more than one process needs; its own may not.
      const own = workload.pod.containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
      expect(own.filter((name) => !known.has(name) && !notOurs.has(name))).toEqual([]);
    },
  );

  test('shared settings are read by somebody', () => {
    const known = new Set([...notOurs, ...Object.keys(readers).flatMap((name) => [...settingsOf(name)])]);
    const shared = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'settings',
    );
    expect(Object.keys(shared?.data ?? {}).filter((name) => !known.has(name))).toEqual([]);
  });

  test('all pools together stay below what Postgres accepts', () => {
    const scalers = ofKind<{ scaleTargetRef: { name: string }; maxReplicas: number }>(
      manifests,
      'HorizontalPodAutoscaler',
    );
    const databases = databasesOf(manifests);
    expect(databases.map(({ name }) => name)).toEqual(
      databaseNames.map((name) => `postgres-${name}`).toSorted(),
    );
    for (const { name, maxConnections } of databases) {
      const users = processes.filter(({ pod }) => JSON.stringify(pod).includes(`"${name}-app"`));
      expect(users.length).toBeGreaterThan(0);
      const connections = users.reduce((sum, workload) => {
        const scaler = scalers.find((each) => each.spec.scaleTargetRef.name === workload.name);
        const most = (scaler?.spec.maxReplicas ?? workload.replicas ?? 1) + surge;
        return sum + most * connectionsOf(workload.name, environmentOf(manifests, workload));
      }, 0);
      expect(connections + keptConnections).toBeLessThanOrEqual(maxConnections);
    }
  });
});

/** Each Postgres by name, with what it accepts: a cluster of the operator's, or a plain server. */
function databasesOf(manifests: Manifest[]): { name: string; maxConnections: number }[] {
  const clusters = ofKind<{ postgresql: { parameters: Record<string, string> } }>(manifests, 'Cluster').map(
    ({ name, spec }) => ({ name, maxConnections: Number(spec.postgresql.parameters['max_connections']) }),
  );
  const plain = workloadsOf(manifests).flatMap(({ kind, name, pod }) => {
    const given = pod.containers.flatMap(
      ({ args = [] }) => args.join(' ').match(/max_connections=(\d+)/) ?? [],
    );
    return kind === 'StatefulSet' && given[1] ? [{ name, maxConnections: Number(given[1]) }] : [];
  });
  return [...clusters, ...plain].toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Pods more than the most replicas while a roll-out lasts. */
const surge = 1;
/** For people, migrations, backups and replication. */
const keptConnections = 15;

/**
 * What one process opens: its pools as configured, the feed's where it serves one, those of prepared reads and
 * of chores and of readiness, and a worker's locks.
 */
function connectionsOf(name: string, environment: Record<string, string>): number {
  const config = readers[name]?.(environment) ?? {};
  const pools = Object.entries(config).filter(([setting]) => setting.endsWith('_POOL'));
  expect(pools.length).toBeGreaterThan(0);
  const pooled = pools.reduce((sum, [, size]) => sum + Number(size), 0);
  const feed = name === 'user' || name === 'post' ? servedFeedLimits.connections : 0;
  const reads = ['user', 'post', 'timeline'].includes(name) ? laneLimits.connections : 0;
  const chores = name === 'user' || name === 'post' ? 1 : 0;
  const readiness = name.endsWith('-worker') ? 0 : 1;
  // The job runner's own: as many as do jobs, one that listens and one that looks after the others.
  const doing = { 'user-worker': pooled, 'timeline-worker': Number(config['TIMELINE_PUSH_JOBS']) }[name];
  const jobs = doing === undefined ? 0 : doing + 2;
  // Of the timeline's offices; and `post` reads the feed of `user` for whom to erase.
  const locks = { 'timeline-worker': 6, post: 1 }[name] ?? 0;
  return pooled + feed + reads + chores + readiness + locks + jobs;
}
