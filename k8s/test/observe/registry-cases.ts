import type { AlertCase } from './alert-case.ts';

const up = (instance: string) => `up{job="murmuration-registry/registry",instance="${instance}"}`;
const stale = 'registry_deliveries_total{outcome="stale"}';
const failed = 'registry_job_duration_seconds_count{job="check",outcome="failed"}';
const unsent = 'gateway_usage_unsent_seconds{instance="a"}';

/** Of the registry, and of what gateways tell it. */
export const registryCases: AlertCase[] = [
  {
    alert: 'RegistryDown',
    series: { [up('a')]: '1x5 0x15', [up('b')]: '0x20' },
    atMinute: 12,
    fires: {},
  },
  { alert: 'RegistryDown', series: { [up('a')]: '0x20', [up('b')]: '1x20' }, atMinute: 12 },
  { alert: 'RegistryStale', series: { [stale]: '0+3x20' }, atMinute: 12, fires: {} },
  // A moment's outage.
  { alert: 'RegistryStale', series: { [stale]: '0x5 3x20' }, atMinute: 9 },
  {
    alert: 'RegistryJobsWait',
    series: { 'registry_jobs_waiting{instance="a"}': '5x20' },
    atMinute: 12,
    fires: { instance: 'a' },
  },
  { alert: 'RegistryJobsWait', series: { 'registry_jobs_waiting{instance="a"}': '5x3 1x20' }, atMinute: 12 },
  { alert: 'RegistryJobsFail', series: { [failed]: '0x5 1+1x10' }, atMinute: 14, fires: { job: 'check' } },
  { alert: 'RegistryJobsFail', series: { [failed]: '0x5 1x10' }, atMinute: 14 },
  { alert: 'UsageUnsent', series: { [unsent]: '0+60x20' }, atMinute: 16, fires: { instance: 'a' } },
  { alert: 'UsageUnsent', series: { [unsent]: '0+60x14 0x10' }, atMinute: 16 },
  { alert: 'UsageLost', series: { gateway_usage_lost_calls_total: '0x5 7x20' }, atMinute: 12, fires: {} },
  { alert: 'UsageLost', series: { gateway_usage_lost_calls_total: '7x80' }, atMinute: 70 },
];
