import { Counter, Histogram, metrics } from '@murmuration/service-kit';
import type { Outcome } from './cursor-watch.ts';

export const homeReads = new Counter({
  name: 'home_timeline_reads_total',
  help: 'Stretches of home timelines read, by where the ids came from',
  labelNames: ['source'],
  registers: [metrics],
});

export const homeRebuilds = new Counter({
  name: 'home_timeline_rebuilds_total',
  help: 'Cached home timelines made anew, by outcome',
  labelNames: ['outcome'],
  registers: [metrics],
});

export const positionWaits = new Counter({
  name: 'read_your_writes_total',
  help: 'Reads that brought the position of a write, by outcome; refused are positions not made here',
  labelNames: ['outcome'],
  registers: [metrics],
});

// From zero on, or the first of a kind would not be a rise.
for (const outcome of ['known', 'reached', 'timed_out', 'stale', 'refused'] satisfies (Outcome | 'refused')[])
  positionWaits.labels(outcome).inc(0);

export const positionWaitDuration = new Histogram({
  name: 'read_your_writes_wait_seconds',
  help: 'How long reads waited for the projection of their own writes',
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5],
  registers: [metrics],
});
