import type { AlertCase } from './alert-case.ts';

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

/** Of home timelines, live sockets and what they are told. */
export const timelineCases: AlertCase[] = [
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
  {
    alert: 'NotificationsLate',
    series: freshness('notification_freshness_seconds', { 30: 50, 60: 60 }),
    atMinute: 20,
    fires: {},
  },
  {
    alert: 'NotificationsLate',
    series: freshness('notification_freshness_seconds', { 10: 60, 30: 60 }),
    atMinute: 20,
  },
  {
    alert: 'NotificationsLate',
    series: freshness('notification_freshness_seconds', { 30: 0, 60: 1 }, 15),
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
];
