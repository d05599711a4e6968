import { Counter, Gauge, metrics } from '@murmuration/service-kit';
import type { ResetReason } from './live-event.ts';

export const gapsFilled = new Counter({
  name: 'live_events_from_database_total',
  help: 'Events of the log that live processes read from Postgres instead of the firehose',
  registers: [metrics],
});

export const liveStreams = new Gauge({
  name: 'live_streams',
  help: 'Open streams of live events',
  registers: [metrics],
});

export const liveEventsSent = new Counter({
  name: 'live_events_total',
  help: 'Live events handed to streams, by type',
  labelNames: ['type'],
  registers: [metrics],
});

export const liveResets = new Counter({
  name: 'live_resets_total',
  help: 'Streams told to fetch again, by reason',
  labelNames: ['reason'],
  registers: [metrics],
});

// From zero on, or the first reset of a kind would not be a rise.
const reasons = ['TOO_OLD', 'REBUILT', 'NOT_YOURS', 'INVALID'] as const satisfies ResetReason[];
for (const reason of reasons) liveResets.labels(reason).inc(0);
