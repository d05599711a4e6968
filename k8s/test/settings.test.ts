import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { servedFeedLimits } from '@murmuration/events';
import { describe, expect, test } from 'vitest';
import { readGatewayConfig } from '../../gateway/src/config.ts';
import { readPoolSize } from '../../prisma/src/reads.ts';
import { readPostConfig } from '../../subgraphs/post/src/config.ts';
import { readTimelineConfig, readWorkerConfig } from '../../subgraphs/timeline/src/config.ts';
import { readUserConfig } from '../../subgraphs/user/src/config.ts';
import { type Manifest, overlays, render } from './render.ts';
import { ofKind, type Workload, workloadsOf } from './workloads.ts';

const readers: Record<string, (environment: NodeJS.ProcessEnv) => object> = {
  gateway: readGatewayConfig,
  user: readUserConfig,
  post: readPostConfig,
  timeline: readTimelineConfig,
  'timeline-worker': readWorkerConfig,
};

/** Read by Node packages or the container itself, not by a config file. */
const notOurs = new Set(['APOLLO_TELEMETRY_DISABLED']);

const { privateKey } = generateKeyPairSync('ed25519');
const secrets: Record<string, string> = {
  INTERNAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  JWT_SIGNING_KEYS: JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }]),
  REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
};

function environmentOf(manifests: Manifest[], { pod }: Workload): Record<string, string> {
  const maps = new Map(
    manifests.filter(({ kind }) => kind === 'ConfigMap').map((map) => [map.metadata.name, map.data]),
  );
  const environment: Record<string, string> = {};
  for (const { env = [], envFrom = [] } of pod.containers) {
    for (const { configMapRef } of envFrom) Object.assign(environment, maps.get(configMapRef?.name ?? ''));
    for (const { name, value } of env) {
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
      const known = new Set<string>();
      const spy = new Proxy(environment, {
        get(target, name) {
          known.add(String(name));
          return target[String(name)];
        },
      });
      expect(() => read?.(spy)).not.toThrow();
      // Shared settings may be more than one process needs; its own may not.
      const own = workload.pod.containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
      expect(own.filter((name) => !known.has(name) && !notOurs.has(name))).toEqual([]);
    },
  );

  test('shared settings are read by somebody', () => {
    const known = new Set(notOurs);
    for (const read of Object.values(readers)) {
      const spy = new Proxy({} as NodeJS.ProcessEnv, {
        get(_target, name) {
          known.add(String(name));
          return undefined;
        },
      });
      expect(() => read(spy)).toBeTypeOf('function');
      try {
        read(spy);
      } catch {
        // Only the names it asked for matter here.
      }
    }
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
    const clusters = ofKind<{ postgresql: { parameters: Record<string, string> } }>(manifests, 'Cluster');
    for (const { name, spec } of clusters) {
      const users = processes.filter(({ pod }) => JSON.stringify(pod).includes(`"${name}-app"`));
      expect(users.length).toBeGreaterThan(0);
      const connections = users.reduce((sum, workload) => {
        const scaler = scalers.find((each) => each.spec.scaleTargetRef.name === workload.name);
        const most = (scaler?.spec.maxReplicas ?? workload.replicas) + surge;
        return sum + most * connectionsOf(workload.name, environmentOf(manifests, workload));
      }, 0);
      expect(connections + keptConnections).toBeLessThanOrEqual(
        Number(spec.postgresql.parameters['max_connections']),
      );
    }
  });
});

/** Pods more than the most replicas while a roll-out lasts. */
const surge = 1;
/** For people, migrations, backups and replication. */
const keptConnections = 15;

/**
 * What one process opens: its pools as configured, the feed's where it serves one, those of prepared reads and
 * of chores, and a worker's locks.
 */
function connectionsOf(name: string, environment: Record<string, string>): number {
  const config = readers[name]?.(environment) ?? {};
  const pools = Object.entries(config).filter(([setting]) => setting.endsWith('_POOL'));
  expect(pools.length).toBeGreaterThan(0);
  const pooled = pools.reduce((sum, [, size]) => sum + Number(size), 0);
  const feed = name === 'user' || name === 'post' ? servedFeedLimits.connections : 0;
  const reads = ['user', 'post', 'timeline'].includes(name) ? readPoolSize : 0;
  const chores = name === 'user' ? 1 : 0;
  const locks = name === 'timeline-worker' ? 4 : 0;
  return pooled + feed + reads + chores + locks;
}
