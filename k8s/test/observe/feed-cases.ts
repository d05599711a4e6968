import type { AlertCase } from './alert-case.ts';

/** Of event feeds and who reads them. */
export const feedCases: AlertCase[] = [
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
];
