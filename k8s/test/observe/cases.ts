import { accountCases } from './account-cases.ts';
import type { AlertCase } from './alert-case.ts';
import { jobCases } from './job-cases.ts';
import { keyCases } from './key-cases.ts';
import { objectiveCases } from './objective-cases.ts';
import { storeCases } from './store-cases.ts';

const gateway = 'job="murmuration/gateway",instance="a"';
const parts = ['gateway', 'user', 'user-worker', 'post', 'timeline', 'timeline-worker'];
const allUp = Object.fromEntries(parts.map((part) => [`up{job="murmuration/${part}"}`, '1x60']));
const operations = (outcome: string) =>
  `graphql_operation_duration_seconds_count{service="gateway",operation="Home",outcome="${outcome}"}`;
const operationBucket = (le: string) =>
  `graphql_operation_duration_seconds_bucket{service="gateway",operation="Home",outcome="ok",le="${le}"}`;
const fetches = (outcome: string) =>
  `gateway_subgraph_fetch_duration_seconds_count{subgraph="post",kind="query",outcome="${outcome}"}`;
const statementBucket = (le: string) => `sql_statement_duration_seconds_bucket{database="post",le="${le}"}`;
const chore = (name: string) =>
  `chore_last_success_timestamp_seconds{job="murmuration/post",instance="a",chore="${name}"}`;
const homeReads = (source: string) => `home_timeline_reads_total{source="${source}"}`;
/** A histogram that grows by so many a minute up to each bound, for 60 minutes; or a step each so many minutes. */
const freshness = (name: string, upTo: Record<number, number>, everyMinutes = 1) => {
  const most = Math.max(...Object.values(upTo));
  const growing = (step: number) =>
    Array.from({ length: 60 }, (_each, minute) => step * Math.floor(minute / everyMinutes)).join(' ');
  return {
    ...Object.fromEntries(
      [...Object.entries(upTo), ['+Inf', most] as const].map(([le, step]) => [
        `${name}_bucket{le="${le}"}`,
        growing(step),
      ]),
    ),
    [`${name}_count`]: growing(most),
  };
};
const closes = (code: number) => `gateway_live_socket_closes_total{code="${code}"}`;

/** For each alert at least one case that fires and one, close to it, that must not. */
export const alertCases: AlertCase[] = [
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
  {
    alert: 'PoolExhausted',
    series: { 'database_pool_connections{pool="post",state="waiting"}': '6x20' },
    atMinute: 6,
    fires: { pool: 'post', state: 'waiting' },
  },
  {
    alert: 'PoolExhausted',
    series: {
      'database_pool_connections{pool="post",state="waiting"}': '0x5 3 0x20',
      'database_pool_connections{pool="post",state="busy"}': '10x20',
    },
    atMinute: 8,
  },
  {
    alert: 'StatementsSlow',
    series: {
      [statementBucket('0.5')]: '0+50x40',
      [statementBucket('1')]: '0+60x40',
      [statementBucket('+Inf')]: '0+60x40',
    },
    atMinute: 30,
    fires: { database: 'post' },
  },
  {
    alert: 'StatementsSlow',
    series: { [statementBucket('0.25')]: '0+60x40', [statementBucket('+Inf')]: '0+60x40' },
    atMinute: 30,
  },
  {
    alert: 'PartitionsNotAhead',
    series: { 'partition_newest_end_timestamp_seconds{database="post",table="post"}': '1728000x60' },
    atMinute: 30,
    fires: { database: 'post', table: 'post' },
  },
  {
    alert: 'PartitionsNotAhead',
    series: { 'partition_newest_end_timestamp_seconds{database="post",table="post"}': '5184000x60' },
    atMinute: 30,
  },
  {
    alert: 'OutboxNotRetired',
    series: { 'partition_oldest_end_timestamp_seconds{database="user",table="outbox"}': '-300000x120' },
    atMinute: 90,
    fires: { database: 'user' },
  },
  {
    alert: 'OutboxNotRetired',
    series: {
      'partition_oldest_end_timestamp_seconds{database="user",table="outbox"}': '0x120',
      'partition_oldest_end_timestamp_seconds{database="post",table="post"}': '-9000000x120',
    },
    atMinute: 90,
  },
  {
    alert: 'OutboxTooBig',
    series: { 'outbox_bytes{feed="post"}': '16000000000x60' },
    atMinute: 30,
    fires: { feed: 'post' },
  },
  { alert: 'OutboxTooBig', series: { 'outbox_bytes{feed="post"}': '1000000000x60' }, atMinute: 30 },
  {
    alert: 'DatabaseUnwatched',
    series: { 'database_facts_read_timestamp_seconds{database="user"}': '0x60' },
    atMinute: 12,
    fires: { database: 'user' },
  },
  {
    alert: 'DatabaseUnwatched',
    series: { 'database_facts_read_timestamp_seconds{database="user"}': '0+60x60' },
    atMinute: 30,
  },
  {
    alert: 'ChoreStalled',
    series: { [chore('make partitions')]: '0x300' },
    atMinute: 200,
    fires: { job: 'murmuration/post', chore: 'make partitions' },
  },
  { alert: 'ChoreStalled', series: { [chore('make partitions')]: '0x60 3600x60 7200x120' }, atMinute: 200 },
  {
    alert: 'CountersNotRolledUp',
    series: { [chore('roll up counts')]: '0x60' },
    atMinute: 15,
    fires: { job: 'murmuration/post', chore: 'roll up counts' },
  },
  { alert: 'CountersNotRolledUp', series: { [chore('make partitions')]: '0x60' }, atMinute: 15 },
  {
    alert: 'FeedLag',
    series: {
      'feed_lag_seconds{feed="post",instance="a"}': '0x60',
      'feed_lag_seconds{feed="post",instance="b"}': '45x60',
    },
    atMinute: 5,
    fires: { feed: 'post' },
  },
  { alert: 'FeedLag', series: { 'feed_lag_seconds{feed="post"}': '2x60' }, atMinute: 5 },
  {
    alert: 'FeedStalled',
    series: { 'feed_progress_timestamp_seconds{feed="post"}': '0+60x5 300x20' },
    atMinute: 10,
    fires: { feed: 'post' },
  },
  {
    alert: 'FeedStalled',
    series: {
      'feed_progress_timestamp_seconds{feed="post",instance="a"}': '0x20',
      'feed_progress_timestamp_seconds{feed="post",instance="b"}': '0+60x20',
    },
    atMinute: 10,
  },
  {
    alert: 'FeedUnreadable',
    series: { 'feed_read_failures_total{feed="user"}': '0+2x20' },
    atMinute: 10,
    fires: { feed: 'user' },
  },
  { alert: 'FeedUnreadable', series: { 'feed_read_failures_total{feed="user"}': '0x5 1x20' }, atMinute: 8 },
  ...[6, 7, 8, 9].map((atMinute) => ({
    alert: 'FeedUnreadable',
    series: { 'feed_read_failures_total{feed="user"}': '0x5 8x20' },
    atMinute,
  })),
  {
    alert: 'FeedHorizonAge',
    series: { 'feed_horizon_age_seconds{feed="post"}': '0x3 30x20' },
    atMinute: 6,
    fires: { feed: 'post' },
  },
  {
    alert: 'FeedHorizonAge',
    series: { 'feed_horizon_age_seconds{feed="post"}': '0x3 30 0x20' },
    atMinute: 6,
  },
  {
    alert: 'ConsumerStopped',
    series: { 'feed_consumer_stopped{feed="post"}': '0x5 1x20' },
    atMinute: 10,
    fires: { feed: 'post' },
  },
  { alert: 'ConsumerStopped', series: { 'feed_consumer_stopped{feed="post"}': '1x5 0x20' }, atMinute: 10 },
  {
    alert: 'DeadLetters',
    series: { 'feed_dead_letters_total{feed="post"}': '0x5 1x60' },
    atMinute: 20,
    fires: { feed: 'post' },
  },
  { alert: 'DeadLetters', series: { 'feed_dead_letters_total{feed="post"}': '7x60' }, atMinute: 20 },
  {
    alert: 'DirtyAggregates',
    series: { 'feed_dirty_aggregates{feed="post"}': '2x60' },
    atMinute: 20,
    fires: { feed: 'post' },
  },
  { alert: 'DirtyAggregates', series: { 'feed_dirty_aggregates{feed="post"}': '2x5 0x60' }, atMinute: 20 },
  {
    alert: 'FeedReset',
    series: { 'feed_resets_total{feed="post",because="another incarnation"}': '0x5 1x60' },
    atMinute: 10,
    fires: { feed: 'post', because: 'another incarnation' },
  },
  {
    alert: 'FeedReset',
    series: { 'feed_resets_total{feed="post",because="another incarnation"}': '1x60' },
    atMinute: 10,
  },
  {
    alert: 'LeadersFight',
    series: { 'feed_fenced_off_total{feed="post"}': '0+1x60' },
    atMinute: 20,
    fires: { feed: 'post' },
  },
  { alert: 'LeadersFight', series: { 'feed_fenced_off_total{feed="post"}': '0x5 1x60' }, atMinute: 10 },
  {
    alert: 'OutboxDroppedUnread',
    series: { 'outbox_partitions_dropped_total{feed="post",because="cap"}': '0x5 1x60' },
    atMinute: 10,
    fires: { feed: 'post' },
  },
  {
    alert: 'OutboxDroppedUnread',
    series: { 'outbox_partitions_dropped_total{feed="post",because="passed"}': '0x5 1x60' },
    atMinute: 10,
  },
  { alert: 'FanoutLag', series: { fanout_lag_seconds: '9x20' }, atMinute: 10, fires: {} },
  { alert: 'FanoutLag', series: { fanout_lag_seconds: '9x0 1x20' }, atMinute: 10 },
  {
    alert: 'ListsLate',
    series: freshness('home_list_freshness_seconds', { 10: 50, 30: 60 }),
    atMinute: 20,
    fires: {},
  },
  { alert: 'ListsLate', series: freshness('home_list_freshness_seconds', { 5: 60, 10: 60 }), atMinute: 20 },
  // One in a quarter of an hour says nothing.
  {
    alert: 'ListsLate',
    series: freshness('home_list_freshness_seconds', { 10: 0, 30: 1 }, 15),
    atMinute: 60,
  },
  { alert: 'FanoutGivenUp', series: { fanout_tasks_given_up_total: '0x5 1x20' }, atMinute: 10, fires: {} },
  { alert: 'FanoutGivenUp', series: { fanout_tasks_given_up_total: '0x20' }, atMinute: 10 },
  {
    alert: 'HomeCacheCold',
    series: { [homeReads('database')]: '0+90x60', [homeReads('cache')]: '0+30x60' },
    atMinute: 40,
    fires: {},
  },
  {
    alert: 'HomeCacheCold',
    series: { [homeReads('database')]: '0+30x60', [homeReads('cache')]: '0+90x60' },
    atMinute: 40,
  },
  {
    alert: 'TimelinesDiffer',
    series: { 'home_timeline_audits_total{outcome="healed"}': '0x5 1x60' },
    atMinute: 10,
    fires: {},
  },
  {
    alert: 'TimelinesDiffer',
    series: { 'home_timeline_audits_total{outcome="equal"}': '0+6x60' },
    atMinute: 10,
  },
  {
    alert: 'AuditsStalled',
    series: { 'home_timeline_audits_total{outcome="equal"}': '40x100' },
    atMinute: 90,
    fires: {},
  },
  {
    alert: 'AuditsStalled',
    series: { 'home_timeline_audits_total{outcome="equal"}': '0+6x100' },
    atMinute: 90,
  },
  { alert: 'SocketsLost', series: { gateway_live_sockets: '500x15 100x20' }, atMinute: 20, fires: {} },
  { alert: 'SocketsLost', series: { gateway_live_sockets: '20x15 1x20' }, atMinute: 20 },
  { alert: 'SocketsDropped', series: { [closes(4443)]: '0+30x30' }, atMinute: 20, fires: { code: '4443' } },
  {
    alert: 'SocketsDropped',
    series: { [closes(1001)]: '0+500x30', [closes(4440)]: '0+30x30' },
    atMinute: 20,
  },
  {
    alert: 'EventsIncomplete',
    series: { 'gateway_live_subscription_ends_total{because="incomplete"}': '0+30x30' },
    atMinute: 20,
    fires: {},
  },
  {
    alert: 'EventsIncomplete',
    series: { 'gateway_live_subscription_ends_total{because="left"}': '0+60x30' },
    atMinute: 20,
  },
  {
    alert: 'UpstreamLost',
    series: { 'gateway_upstream_subscription_ends_total{subgraph="timeline",because="lost"}': '0+60x30' },
    atMinute: 20,
    fires: { subgraph: 'timeline' },
  },
  {
    alert: 'UpstreamLost',
    series: {
      'gateway_upstream_subscription_ends_total{subgraph="timeline",because="completed"}': '0+60x30',
    },
    atMinute: 20,
  },
  {
    alert: 'LiveLate',
    series: freshness('live_event_freshness_seconds', { 5: 50, 10: 60 }),
    atMinute: 20,
    fires: {},
  },
  { alert: 'LiveLate', series: freshness('live_event_freshness_seconds', { 2.5: 60, 5: 60 }), atMinute: 20 },
  {
    alert: 'LiveResets',
    series: { 'live_resets_total{reason="TOO_OLD"}': '0+120x30' },
    atMinute: 20,
    fires: {},
  },
  { alert: 'LiveResets', series: { 'live_resets_total{reason="TOO_OLD"}': '0+2x30' }, atMinute: 20 },
  { alert: 'FirehoseGaps', series: { live_events_from_database_total: '0+600x40' }, atMinute: 30, fires: {} },
  { alert: 'FirehoseGaps', series: { live_events_from_database_total: '0+10x40' }, atMinute: 30 },
  ...accountCases,
  ...jobCases,
  ...keyCases,
  ...objectiveCases,
  ...storeCases,
];
