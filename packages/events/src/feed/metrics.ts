import { Counter, Gauge, metrics } from '@murmuration/service-kit';

/** How long the oldest committed event has been waiting behind the horizon; 0 when none does. */
export const horizonAge = new Gauge({
  name: 'feed_horizon_age_seconds',
  help: 'Age of the oldest committed event that a running transaction still holds back',
  labelNames: ['feed'],
  registers: [metrics],
});

export const feedEventsServed = new Counter({
  name: 'feed_events_served_total',
  help: 'Events handed to consumers',
  labelNames: ['feed'],
  registers: [metrics],
});

export const feedResets = new Counter({
  name: 'feed_resets_total',
  help: 'Readers told that they must read the state anew',
  labelNames: ['feed', 'because'],
  registers: [metrics],
});
