import { processNames } from '@murmuration/dev';
import type { AlertCase } from './alert-case.ts';

const gateway = 'job="murmuration/gateway",instance="a"';
const allUp = Object.fromEntries(processNames.map((part) => [`up{job="murmuration/${part}"}`, '1x60']));
const operations = (outcome: string) =>
  `graphql_operation_duration_seconds_count{service="gateway",operation="Home",outcome="${outcome}"}`;
const operationBucket = (le: string) =>
  `graphql_operation_duration_seconds_bucket{service="gateway",operation="Home",outcome="ok",le="${le}"}`;
const fetches = (outcome: string) =>
  `gateway_subgraph_fetch_duration_seconds_count{subgraph="post",kind="query",outcome="${outcome}"}`;

/** Of the processes and what they ask of each other. */
export const processCases: AlertCase[] = [
  {
    alert: 'ProcessDown',
    series: { [`up{${gateway}}`]: '1x5 0x10' },
    atMinute: 9,
    fires: { job: 'murmuration/gateway', instance: 'a' },
  },
  { alert: 'ProcessDown', series: { [`up{${gateway}}`]: '1x5 0 1x10' }, atMinute: 9 },
  { alert: 'ProcessDown', series: { 'up{job="somebody-else"}': '0x20' }, atMinute: 15 },
  {
    alert: 'PartMissing',
    series: { ...allUp, 'up{job="murmuration/post"}': '1x5 0x20' },
    atMinute: 10,
    fires: { part: 'post' },
  },
  {
    alert: 'PartMissing',
    series: { ...allUp, 'up{job="murmuration/post",instance="b"}': '0x60' },
    atMinute: 10,
  },
  {
    alert: 'ProcessRestarts',
    series: { [`process_start_time_seconds{${gateway}}`]: '1x5 2x5 3x5 4x5' },
    atMinute: 18,
    fires: { job: 'murmuration/gateway', instance: 'a' },
  },
  {
    alert: 'ProcessRestarts',
    series: { [`process_start_time_seconds{${gateway}}`]: '1x5 2x20' },
    atMinute: 18,
  },
  {
    alert: 'ProcessSaturated',
    series: { [`nodejs_eventloop_lag_p99_seconds{${gateway}}`]: '0.4x20' },
    atMinute: 10,
    fires: { job: 'murmuration/gateway', instance: 'a' },
  },
  {
    alert: 'ProcessSaturated',
    series: { [`nodejs_eventloop_lag_p99_seconds{${gateway}}`]: '0.02x20' },
    atMinute: 10,
  },
  {
    alert: 'OperationErrors',
    series: { [operations('ok')]: '0+90x30', [operations('error')]: '0+10x30' },
    atMinute: 20,
    fires: { operation: 'Home' },
  },
  {
    alert: 'OperationErrors',
    series: { [operations('ok')]: '0+90x30', [operations('refused')]: '0+50x30' },
    atMinute: 20,
  },
  {
    alert: 'OperationErrors',
    series: { [operations('ok')]: '0x30', [operations('error')]: '0+1x30' },
    atMinute: 20,
  },
  {
    alert: 'OperationSlow',
    series: {
      [operations('ok')]: '0+60x40',
      [operationBucket('1')]: '0+50x40',
      [operationBucket('2.5')]: '0+60x40',
      [operationBucket('+Inf')]: '0+60x40',
    },
    atMinute: 30,
    fires: { operation: 'Home' },
  },
  {
    alert: 'OperationSlow',
    series: {
      [operations('ok')]: '0+60x40',
      [operationBucket('0.5')]: '0+60x40',
      [operationBucket('+Inf')]: '0+60x40',
    },
    atMinute: 30,
  },
  {
    alert: 'SubgraphErrors',
    series: { [fetches('answered')]: '0+80x20', [fetches('failed')]: '0+20x20' },
    atMinute: 10,
    fires: { subgraph: 'post' },
  },
  {
    alert: 'SubgraphErrors',
    series: { [fetches('answered')]: '0+99x20', [fetches('failed')]: '0+1x20' },
    atMinute: 10,
  },
  {
    alert: 'SupergraphRefused',
    series: { [`gateway_supergraph_loads_total{${gateway},outcome="refused"}`]: '0x5 1x20' },
    atMinute: 10,
    fires: { job: 'murmuration/gateway', instance: 'a', outcome: 'refused' },
  },
  {
    alert: 'SupergraphRefused',
    series: { [`gateway_supergraph_loads_total{${gateway},outcome="served"}`]: '0x5 1x20' },
    atMinute: 10,
  },
  {
    alert: 'EnvelopeRefused',
    series: { 'envelope_refusals_total{service="post",because="forged"}': '0+5x20' },
    atMinute: 10,
    fires: { service: 'post', because: 'forged' },
  },
  {
    alert: 'EnvelopeRefused',
    series: { 'envelope_refusals_total{service="post",because="expired"}': '0x5 1x20' },
    atMinute: 10,
  },
  {
    alert: 'RedisDown',
    series: { 'redis_connected{purpose="post"}': '1x5 0x10' },
    atMinute: 8,
    fires: { purpose: 'post' },
  },
  { alert: 'RedisDown', series: { 'redis_connected{purpose="post"}': '1x20' }, atMinute: 8 },
];
