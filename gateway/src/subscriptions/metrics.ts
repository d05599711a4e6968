import { Counter, Gauge, metrics } from '@murmuration/service-kit';

export const liveSockets = new Gauge({
  name: 'gateway_live_sockets',
  help: 'Open websockets of clients',
  registers: [metrics],
});

export const liveSubscriptions = new Gauge({
  name: 'gateway_live_subscriptions',
  help: 'Running subscriptions of clients',
  labelNames: ['transport'],
  registers: [metrics],
});

export const liveEvents = new Counter({
  name: 'gateway_live_events_total',
  help: 'Events sent to clients',
  labelNames: ['transport'],
  registers: [metrics],
});

export const socketCloses = new Counter({
  name: 'gateway_live_socket_closes_total',
  help: 'Closed websockets of clients, by close code',
  labelNames: ['code'],
  registers: [metrics],
});

export const upstreamEnds = new Counter({
  name: 'gateway_upstream_subscription_ends_total',
  help: 'Ended upstream subscriptions, by subgraph and reason',
  labelNames: ['subgraph', 'because'],
  registers: [metrics],
});
