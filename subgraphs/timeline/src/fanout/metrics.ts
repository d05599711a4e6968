import { Counter, Gauge, metrics } from '@murmuration/service-kit';

export const fanoutPushes = new Counter({
  name: 'fanout_pushes_total',
  help: 'Entries pushed to cached home timelines',
  registers: [metrics],
});

export const fanoutLag = new Gauge({
  name: 'fanout_lag_events',
  help: 'Events of the log that are not pushed yet',
  registers: [metrics],
});

export const fanoutGivenUp = new Counter({
  name: 'fanout_chunks_given_up_total',
  help: 'Pushes of large authors that failed for good; their readers rebuild instead',
  registers: [metrics],
});
