import { databaseNames } from '@murmuration/prisma';
import { expect, test } from 'vitest';
import { readersOf } from './configs.ts';
import { render } from './render.ts';
import { ofKind, workloadsOf } from './workloads.ts';

interface ClusterSpec {
  instances: number;
  imageName: string;
  backup?: object;
  plugins?: { name: string; isWALArchiver?: boolean; parameters: { barmanObjectName: string } }[];
  postgresql: { parameters: Record<string, string>; pg_hba: string[] };
}
interface StoreSpec {
  retentionPolicy?: string;
  configuration: {
    destinationPath: string;
    data: { immediateCheckpoint?: boolean; encryption?: string };
    wal: { encryption?: string };
  };
}
interface BackupSpec {
  cluster: { name: string };
  method?: string;
  immediate?: boolean;
  pluginConfiguration?: { name: string };
}

const production = render('production');
const clusters = ofKind<ClusterSpec>(production, 'Cluster');
const plugin = 'barman-cloud.cloudnative-pg.io';

test('no time limit on the server ends a base backup: limits are on the role of the application', () => {
  expect(clusters).toHaveLength(databaseNames.length);
  for (const { spec } of clusters) {
    const limits = Object.keys(spec.postgresql.parameters).filter((name) =>
      /^(statement|transaction|idle_in_transaction_session|idle_session|lock)_timeout$/.test(name),
    );
    expect(limits).toEqual([]);
  }
});

test.each(clusters)(
  '$name is backed up by the plug-in, at once, encrypted, into a folder of its own',
  ({ name, spec }) => {
    expect(spec.backup).toBeUndefined();
    const [archiver] = spec.plugins ?? [];
    expect(archiver).toMatchObject({ name: plugin, isWALArchiver: true });
    const store = ofKind<StoreSpec>(production, 'ObjectStore').find(
      (each) => each.name === archiver?.parameters.barmanObjectName,
    );
    expect(store?.spec).toMatchObject({
      retentionPolicy: '14d',
      configuration: {
        destinationPath: expect.stringContaining(name.replace('postgres-', '/')),
        data: { immediateCheckpoint: true, encryption: 'AES256' },
        wal: { encryption: 'AES256' },
      },
    });
    const schedules = ofKind<BackupSpec>(production, 'ScheduledBackup').filter(
      (each) => each.spec.cluster.name === name,
    );
    expect(schedules.map(({ spec: schedule }) => schedule)).toMatchObject([
      { method: 'plugin', immediate: true, pluginConfiguration: { name: plugin } },
    ]);
  },
);

test.each(clusters)('$name takes no connection in clear, and no slot fills its volume', ({ spec }) => {
  expect(spec.postgresql.pg_hba).toContain('hostnossl all all all reject');
  expect(spec.postgresql.parameters['max_slot_wal_keep_size']).toMatch(/^\d+GB$/);
});

test('whoever reaches Postgres checks whom it reaches', () => {
  for (const { name, pod } of workloadsOf(production)) {
    for (const { env = [] } of pod.containers) {
      if (!env.some((each) => each.name.endsWith('_DATABASE_URL'))) continue;
      expect([name, env.find((each) => each.name === 'PGSSLMODE')?.value]).toEqual([name, 'verify-full']);
    }
  }
});

test('processes ask the sentinels of the pods that there are, by the name that these watch', () => {
  const settings = production.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'settings',
  )?.data;
  const redis = workloadsOf(production).find(({ name }) => name === 'redis');
  const sentinel = redis?.pod.containers.find(({ name }) => name === 'sentinel');
  const said = (name: string) => sentinel?.env?.find((each) => each.name === name)?.value;
  const peers = said('PEERS')
    ?.split(' ')
    .map((peer) => peer.replace(/:\d+:/, ':'));
  expect(settings?.['REDIS_SENTINELS']?.split(',')).toEqual(peers);
  expect(peers).toHaveLength(redis?.replicas ?? 0);
  expect(settings?.['REDIS_SENTINEL_NAME']).toBe(said('MASTER_NAME'));
});

test('Redis has a password for everybody, and three of it on three nodes', () => {
  const redis = workloadsOf(production).find(({ name }) => name === 'redis');
  expect(redis).toMatchObject({ kind: 'StatefulSet', replicas: 3 });
  expect(redis?.pod.affinity).toHaveProperty(
    'podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  );
  for (const manifests of [production, render('dev')]) {
    const settings = manifests
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap(({ data }) => Object.keys(data ?? {}));
    expect(settings).not.toContain('REDIS_URL');
    for (const name of readersOf('REDIS_URL')) {
      const [container] = workloadsOf(manifests).find((each) => each.name === name)?.pod.containers ?? [];
      expect(container?.env?.find((each) => each.name === 'REDIS_URL')?.valueFrom).toEqual({
        secretKeyRef: { name: 'redis', key: 'REDIS_URL' },
      });
    }
  }
});

test('a replica has room to copy all that a primary may hold', () => {
  const conf = production.find(({ metadata }) => metadata.name.startsWith('redis-scripts'))?.data?.[
    'redis.conf'
  ];
  const maxMegabytes = Number(/^maxmemory (\d+)mb$/m.exec(conf ?? '')?.[1]);
  const redis = workloadsOf(production).find(({ name }) => name === 'redis');
  const dumps = redis?.pod.volumes?.find(({ name }) => name === 'dumps')?.emptyDir;
  expect(dumps?.medium).toBeUndefined();
  expect(Number(/^(\d+)Gi$/.exec(dumps?.sizeLimit ?? '')?.[1]) * 1024).toBeGreaterThan(maxMegabytes);
  const [container] = redis?.pod.containers ?? [];
  const memory = Number(/^(\d+)Gi$/.exec(container?.resources?.limits?.['memory'] ?? '')?.[1]) * 1024;
  expect(memory).toBeGreaterThan(1.3 * maxMegabytes);
});

test('where the operator wants it, everything that speaks to Redis speaks TLS and knows the authority', () => {
  const manifests = render('redis-tls');
  const [url] = ofKind<{ target: { name: string; template?: { data: Record<string, string> } } }>(
    manifests,
    'ExternalSecret',
  ).flatMap(({ spec }) => spec.target.template?.data['REDIS_URL'] ?? []);
  expect(url).toMatch(/^rediss:\/\//);
  const redis = workloadsOf(manifests).find(({ name }) => name === 'redis');
  const settings = redis?.pod.containers.map(({ env = [] }) => env.map(({ value }) => value ?? '').join(' '));
  expect(settings).toEqual([
    expect.stringContaining('/tls'),
    expect.stringContaining('/tls'),
    expect.stringContaining('rediss://127.0.0.1:6379'),
  ]);
  for (const name of readersOf('REDIS_URL')) {
    const pod = workloadsOf(manifests).find((each) => each.name === name)?.pod;
    expect(pod?.volumes?.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(['trust']);
    expect(pod?.containers[0]?.env?.map((each) => each.name)).toContain('NODE_EXTRA_CA_CERTS');
  }
  const [certificate] = ofKind<{ secretName: string; dnsNames: string[] }>(manifests, 'Certificate');
  expect(redis?.pod.volumes?.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual([
    certificate?.spec.secretName,
  ]);
  const hosts = manifests.find(({ metadata }) => metadata.name === 'settings')?.data?.['REDIS_SENTINELS'];
  for (const host of hosts?.split(',') ?? [])
    expect(certificate?.spec.dnsNames).toContain(host.split(':')[0]);
});
