import { Counter, Gauge, metrics } from '@murmuration/service-kit';

const registers = [metrics];
const labelNames = ['feed'] as const;

/** From the writing of the last applied event to its effects; 0 when nothing waits. */
export const feedLag = new Gauge({
  name: 'feed_lag_seconds',
  help: 'How far the effects of a feed are behind its events',
  labelNames,
  registers,
});

/** Whatever keeps a consumer from its work, or leaves a feed without one: this stands still. */
export const feedProgress = new Gauge({
  name: 'feed_progress_timestamp_seconds',
  help: 'When a consumer last finished what its feed had for it',
  labelNames,
  registers,
});

/** While it rises, `feed_lag_seconds` stands still and says nothing. */
export const readFailures = new Counter({
  name: 'feed_read_failures_total',
  help: 'Reads of a feed that its producer did not answer',
  labelNames,
  registers,
});

export const eventsApplied = new Counter({
  name: 'feed_events_applied_total',
  help: 'Events whose effects were committed',
  labelNames,
  registers,
});

/** Raises an alarm: every dead letter is a bug of the producer or of the consumer. */
export const deadLetters = new Counter({
  name: 'feed_dead_letters_total',
  help: 'Events that could not be applied and were put aside',
  labelNames,
  registers,
});

/** Raises an alarm while above 0 for long: these aggregates are not what their owner says. */
export const dirtyAggregates = new Gauge({
  name: 'feed_dirty_aggregates',
  help: 'Aggregates that still have to be fetched again after a dead letter',
  labelNames,
  registers,
});

export const fencedOff = new Counter({
  name: 'feed_fenced_off_total',
  help: 'Times a leader found that another one had taken over',
  labelNames,
  registers,
});

export const backfills = new Counter({
  name: 'feed_backfills_total',
  help: 'Times the state was read anew from the snapshots',
  labelNames: ['feed', 'outcome'],
  registers,
});

export const backfillStates = new Counter({
  name: 'feed_backfill_states_total',
  help: 'States that backfills read from the snapshots',
  labelNames,
  registers,
});

/** Raises an alarm: the consumer waits instead of putting the whole feed aside. */
export const consumerStopped = new Gauge({
  name: 'feed_consumer_stopped',
  help: '1 while nothing of a feed can be applied, whichever aggregate it is about',
  labelNames,
  registers,
});

/** A counter that first appears with its first event shows no rise: nobody would be told. */
export function beginAtZero(feed: string): void {
  for (const counter of [readFailures, eventsApplied, deadLetters, fencedOff, backfillStates])
    counter.labels(feed).inc(0);
  for (const gauge of [feedLag, dirtyAggregates, consumerStopped]) gauge.labels(feed).set(0);
  backfills.labels(feed, 'finished').inc(0);
  feedProgress.labels(feed).setToCurrentTime();
}
