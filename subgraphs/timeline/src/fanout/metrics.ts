import { Counter, Gauge, Histogram, metrics } from '@murmuration/service-kit';

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

export const fanoutAge = new Gauge({
  name: 'fanout_lag_seconds',
  help: 'Age of the oldest event of the log that is not pushed yet; homes are read from tables when it is late',
  registers: [metrics],
});

export const fanoutFreshness = new Histogram({
  name: 'home_list_freshness_seconds',
  help: 'From the moment a post was written until it had been pushed to all cached lists, or to those of one range',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  registers: [metrics],
});

export const fanoutFailures = new Counter({
  name: 'fanout_task_failures_total',
  help: 'Steps of the fan-out that failed and are tried again',
  registers: [metrics],
});

export const fanoutGivenUp = new Counter({
  name: 'fanout_tasks_given_up_total',
  help: 'Pushes that failed for good; the lists they were for are made anew instead',
  registers: [metrics],
});

export const fanoutNamespaces = new Counter({
  name: 'fanout_namespaces_total',
  help: 'How often another Redis became the one that is pushed to',
  registers: [metrics],
});
