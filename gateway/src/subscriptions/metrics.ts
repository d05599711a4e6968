import { Counter, Gauge, Histogram, metrics } from '@murmuration/service-kit';

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

export const liveEventRetries = new Counter({
  name: 'gateway_live_event_retries_total',
  help: 'Events completed again, as a part of the graph was away',
  registers: [metrics],
});

export const liveCompletions = new Counter({
  name: 'gateway_live_completions_total',
  help: 'Events completed by other subgraphs: for a whole audience, or for one viewer',
  labelNames: ['for'],
  registers: [metrics],
});
for (const whom of ['audience', 'viewer']) liveCompletions.labels(whom).inc(0);

export const liveViewerFetches = new Counter({
  name: 'gateway_live_viewer_fetches_total',
  help: 'Fetches from subgraphs for several viewers of one event at once',
  registers: [metrics],
});

export const streamStarts = new Counter({
  name: 'gateway_live_subscription_starts_total',
  help: 'Subscriptions of clients that were opened',
  registers: [metrics],
});

export const streamReturns = new Counter({
  name: 'gateway_live_subscription_returns_total',
  help: 'Subscriptions that heard their owner again from their last event on, as what followed had waited for a part of the graph',
  registers: [metrics],
});

export const queuedEvents = new Gauge({
  name: 'gateway_live_queued_events',
  help: 'Events that wait for their content or for clients to read, of all subscriptions',
  registers: [metrics],
});

export const liveEventWait = new Histogram({
  name: 'gateway_live_event_duration_seconds',
  help: "Time from an event's arrival at the gateway until it is complete",
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metrics],
});

/** Why a subscription of a client ended. */
export type StreamEnd = 'completed' | 'refused' | 'lost' | 'incomplete' | 'slow' | 'left';

export const streamEnds = new Counter({
  name: 'gateway_live_subscription_ends_total',
  help: 'Ended subscriptions of clients, by reason',
  labelNames: ['because'],
  registers: [metrics],
});

// From zero on, or the first end of a kind would not be a rise.
const ends = ['completed', 'refused', 'lost', 'incomplete', 'slow', 'left'] as const satisfies StreamEnd[];
for (const because of ends) streamEnds.labels(because).inc(0);
