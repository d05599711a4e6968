import { outboxBytes, partitionsDropped } from '../retention/metrics.ts';
import { feedEventsServed, feedResets, horizonAge } from './metrics.ts';
import type { ResetReason } from './wire.ts';

const reasons = [
  'unreadable cursor',
  'another incarnation',
  'dropped partition',
] as const satisfies readonly ResetReason[];

/** A counter that first appears with its first event shows no rise: nobody would be told. */
export function beginAtZero(feed: string): void {
  for (const because of reasons) feedResets.labels(feed, because).inc(0);
  for (const because of ['passed', 'cap']) partitionsDropped.labels(feed, because).inc(0);
  for (const gauge of [horizonAge, outboxBytes]) gauge.labels(feed).set(0);
  feedEventsServed.labels(feed).inc(0);
}
