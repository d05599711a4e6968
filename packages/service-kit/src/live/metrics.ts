import { Counter, Gauge, Histogram } from 'prom-client';
import { metrics } from '../observe/metrics.ts';
import { type ResetReason, resetReasons } from './reset.ts';

export const liveRetries = new Counter({
  name: 'live_retries_total',
  help: 'Events asked about again, as nobody could tell who may see them',
  registers: [metrics],
});

export const liveStreams = new Gauge({
  name: 'live_streams',
  help: 'Open streams of live events',
  registers: [metrics],
});

export const liveStreamStarts = new Counter({
  name: 'live_stream_starts_total',
  help: 'Streams of live events that were opened',
  registers: [metrics],
});

/** Why a stream ended: its reader left, did not keep up, or could not be told its next event for too long. */
export const streamEndReasons = ['left', 'slow', 'failed'] as const;

export type StreamEndReason = (typeof streamEndReasons)[number];

const liveStreamEnds = new Counter({
  name: 'live_stream_ends_total',
  help: 'Ended streams of live events, by reason; those that are slow were dropped',
  labelNames: ['because'],
  registers: [metrics],
});

let waiting = 0;

export const liveQueuedEvents = new Gauge({
  name: 'live_queued_events',
  help: 'Events that wait to be taken by their streams, of all of them',
  registers: [metrics],
  collect() {
    this.set(waiting);
  },
});

/** That many more events wait, or fewer. */
export function countWaiting(change: number): void {
  waiting += change;
}

export const liveEventWait = new Histogram({
  name: 'live_event_wait_seconds',
  help: 'Time from the moment an event could be told to a stream until it was handed to its socket',
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
  registers: [metrics],
});

export const liveEventsSent = new Counter({
  name: 'live_events_total',
  help: 'Live events handed to streams, by type',
  labelNames: ['type'],
  registers: [metrics],
});

const liveResets = new Counter({
  name: 'live_resets_total',
  help: 'Streams told to fetch again, by reason',
  labelNames: ['reason'],
  registers: [metrics],
});

// From zero on, or the first of a kind would not be a rise.
for (const reason of resetReasons) liveResets.labels(reason).inc(0);
for (const because of streamEndReasons) liveStreamEnds.labels(because).inc(0);

export function countReset(reason: ResetReason): void {
  liveResets.labels(reason).inc();
}

export function countStreamEnd(because: StreamEndReason): void {
  liveStreamEnds.labels(because).inc();
}
