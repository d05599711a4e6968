import type { EventOutcome } from '../execution/types.ts';
import type { Leg } from './leg.ts';
import type { ResultPieces } from './result-text.ts';
import type { UpstreamEvent } from './upstream/sink.ts';

/** An event as it reached a subscription. */
export interface LegEvent {
  readonly event: UpstreamEvent;
  readonly leg: Leg;
}

/** What became of an event. */
export interface Completed {
  readonly pieces: ResultPieces;
  readonly missing: EventOutcome['missing'];
}
