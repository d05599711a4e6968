import { Counter, metrics } from '@murmuration/service-kit';

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
  help: 'Reads that brought the position of a write, by how they found the projection',
  labelNames: ['outcome'],
  registers: [metrics],
});
