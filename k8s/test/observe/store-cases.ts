import type { AlertCase } from './alert-case.ts';

const hour = 3_600;
const pod = (database: string, number: number) =>
  `namespace="murmuration",pod="postgres-${database}-${number}"`;
const available = (at: string) => `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${at}}`;
const failed = (at: string) => `barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{${at}}`;
const archiver = (what: string, at: string) => `cnpg_pg_stat_archiver_${what}_count{${at}}`;
const waiting = (at: string) => `cnpg_collector_pg_wal_archive_status{value="ready",${at}}`;
const slot = (name: string) =>
  `cnpg_pg_replication_slots_pg_wal_lsn_diff{pod="postgres-post-1",slot_name="${name}"}`;
const volume = (what: string, claim: string) =>
  `kubelet_volume_stats_${what}_bytes{namespace="murmuration",persistentvolumeclaim="${claim}"}`;
const redis = (number: number) => `pod="redis-${number}"`;
const instance = (number: number, role: string) => `redis_instance_info{${redis(number)},role="${role}"}`;

/** Of standbys, backups, volumes and Redis. The tests' clock starts at 0, so what is old was made before it. */
export const storeCases: AlertCase[] = [
  {
    alert: 'StandbyMissing',
    series: { 'database_standbys{database="post"}': '2x3 1x20' },
    atMinute: 15,
    fires: { database: 'post' },
  },
  { alert: 'StandbyMissing', series: { 'database_standbys{database="post"}': '2x20' }, atMinute: 15 },
  {
    alert: 'ReplicationLag',
    series: { 'database_replication_lag_seconds{database="post"}': '9x20' },
    atMinute: 10,
    fires: { database: 'post' },
  },
  {
    alert: 'ReplicationLag',
    series: { 'database_replication_lag_seconds{database="post"}': '0.2x20' },
    atMinute: 10,
  },
  {
    alert: 'BackupOld',
    series: {
      [available(pod('post', 1))]: `${-40 * hour}x60`,
      [available(pod('user', 1))]: `${-2 * hour}x60`,
    },
    atMinute: 50,
    fires: { cluster: 'postgres-post' },
  },
  // The standby knows of no backup; the primary does.
  {
    alert: 'BackupOld',
    series: {
      [available(pod('post', 1))]: `${-20 * hour}x60`,
      [available(pod('post', 2))]: `${-90 * hour}x60`,
    },
    atMinute: 50,
  },
  {
    alert: 'BackupFailed',
    series: { [available(pod('post', 1))]: `${-20 * hour}x60`, [failed(pod('post', 1))]: `${-2 * hour}x60` },
    atMinute: 50,
    fires: { cluster: 'postgres-post' },
  },
  {
    alert: 'BackupFailed',
    series: { [available(pod('post', 1))]: `${-2 * hour}x60`, [failed(pod('post', 1))]: `${-20 * hour}x60` },
    atMinute: 50,
  },
  { alert: 'BackupsUnwatched', series: { up: '1x90' }, atMinute: 80, fires: {} },
  { alert: 'BackupsUnwatched', series: { [available(pod('post', 1))]: '1x90' }, atMinute: 80 },
  {
    alert: 'WalArchivingFails',
    series: {
      [archiver('failed', pod('post', 1))]: '0+2x60',
      [archiver('archived', pod('post', 1))]: '100x60',
    },
    atMinute: 40,
    fires: { cluster: 'postgres-post' },
  },
  {
    alert: 'WalArchivingFails',
    series: {
      [archiver('failed', pod('post', 1))]: '0+1x60',
      [archiver('archived', pod('post', 1))]: '0+1x60',
    },
    atMinute: 40,
  },
  {
    alert: 'WalArchivingBehind',
    series: { [waiting(pod('post', 1))]: '40x60', [waiting(pod('post', 2))]: '0x60' },
    atMinute: 40,
    fires: { cluster: 'postgres-post' },
  },
  { alert: 'WalArchivingBehind', series: { [waiting(pod('post', 1))]: '0+1x30 0x30' }, atMinute: 45 },
  {
    alert: 'SlotHoldsWal',
    series: { [slot('_cnpg_postgres_post_3')]: '6e9x60', [slot('_cnpg_postgres_post_2')]: '1e6x60' },
    atMinute: 40,
    fires: { pod: 'postgres-post-1', slot_name: '_cnpg_postgres_post_3' },
  },
  { alert: 'SlotHoldsWal', series: { [slot('_cnpg_postgres_post_3')]: '4e9x60' }, atMinute: 40 },
  {
    alert: 'DiskFills',
    series: {
      [volume('available', 'postgres-post-1-wal')]: '2e9x60',
      [volume('capacity', 'postgres-post-1-wal')]: '20e9x60',
    },
    atMinute: 40,
    fires: { persistentvolumeclaim: 'postgres-post-1-wal' },
  },
  {
    alert: 'DiskFills',
    series: {
      [volume('available', 'postgres-post-1')]: '20e9x60',
      [volume('capacity', 'postgres-post-1')]: '100e9x60',
    },
    atMinute: 40,
  },
  {
    alert: 'RedisGone',
    series: { 'redis_connected{instance="a"}': '0x20', 'redis_connected{instance="b"}': '0x20' },
    atMinute: 10,
    fires: {},
  },
  {
    alert: 'RedisGone',
    series: { 'redis_connected{instance="a"}': '0x20', 'redis_connected{instance="b"}': '1x20' },
    atMinute: 10,
  },
  {
    alert: 'RedisPrimaries',
    series: {
      [instance(0, 'master')]: '1x20',
      [instance(1, 'master')]: '1x20',
      [instance(2, 'slave')]: '1x20',
    },
    atMinute: 10,
    fires: {},
  },
  {
    alert: 'RedisPrimaries',
    series: { [instance(1, 'slave')]: '1x20', [instance(2, 'slave')]: '1x20' },
    atMinute: 10,
    fires: { role: 'master' },
  },
  {
    alert: 'RedisPrimaries',
    series: { [instance(0, 'slave')]: '1x20', [instance(1, 'master')]: '1x20' },
    atMinute: 10,
  },
  {
    alert: 'RedisReplicasMissing',
    series: {
      [`redis_connected_slaves{${redis(0)}}`]: '1x30',
      [`redis_connected_slaves{${redis(1)}}`]: '0x30',
    },
    atMinute: 20,
    fires: {},
  },
  {
    alert: 'RedisReplicasMissing',
    series: {
      [`redis_connected_slaves{${redis(0)}}`]: '2x30',
      [`redis_connected_slaves{${redis(1)}}`]: '0x30',
    },
    atMinute: 20,
  },
  {
    alert: 'RedisEvicts',
    series: { [`redis_evicted_keys_total{${redis(0)}}`]: '0+120x90' },
    atMinute: 80,
    fires: {},
  },
  { alert: 'RedisEvicts', series: { [`redis_evicted_keys_total{${redis(0)}}`]: '0+30x90' }, atMinute: 80 },
  {
    alert: 'RedisMemoryTight',
    series: {
      [`redis_memory_used_rss_bytes{${redis(0)}}`]: '2e9x30',
      [`redis_memory_max_bytes{${redis(0)}}`]: '1.5e9x30',
    },
    atMinute: 20,
    fires: { pod: 'redis-0' },
  },
  {
    alert: 'RedisMemoryTight',
    series: {
      [`redis_memory_used_rss_bytes{${redis(0)}}`]: '1.6e9x30',
      [`redis_memory_max_bytes{${redis(0)}}`]: '1.5e9x30',
    },
    atMinute: 20,
  },
];
