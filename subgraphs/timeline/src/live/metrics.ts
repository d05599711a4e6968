import { Counter, Histogram, metrics } from '@murmuration/service-kit';

export const gapsFilled = new Counter({
  name: 'live_events_from_database_total',
  help: 'Events of the log that live processes read from Postgres instead of the firehose',
  registers: [metrics],
});

export const liveFreshness = new Histogram({
  name: 'live_event_freshness_seconds',
  help: 'From the moment a post was written until it was handed to the socket of a stream that is told of it as it happens',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  registers: [metrics],
});
