import { Counter, Gauge, metrics } from '@murmuration/service-kit';

export const outboxBytes = new Gauge({
  name: 'outbox_bytes',
  help: 'Size of the outbox on disk',
  labelNames: ['feed'],
  registers: [metrics],
});

/** `cap` raises an alarm: a consumer was left behind and must read the state anew. */
export const partitionsDropped = new Counter({
  name: 'outbox_partitions_dropped_total',
  help: 'Partitions of the outbox that were dropped',
  labelNames: ['feed', 'because'],
  registers: [metrics],
});
