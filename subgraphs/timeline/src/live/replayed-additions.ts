import { LRUCache } from 'lru-cache';
import type { SeenEntry } from '../belonging/visible.ts';
import { replaySharing } from '../limits.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { SignAudience } from './audience.ts';
import type { LiveEvent } from './live-event.ts';

/** An addition as it is told to those who missed it. */
export type ReplayedAddition = (event: LogEvent, entry: SeenEntry) => Promise<LiveEvent>;

/**
 * Thousands who lost their sockets together miss the same: each is looked at for their own sight, and what they are told is
 * one object, executed, written and completed once. For a short while, as its audience token is.
 */
export function createReplayedAdditions(sign: SignAudience): ReplayedAddition {
  const known = new LRUCache<bigint, Promise<LiveEvent>>({
    max: replaySharing.events,
    ttl: replaySharing.forMs,
  });
  return (event, entry) => {
    const { seq } = event;
    const found = known.get(seq);
    if (found) return found;
    const made = sign(event).then(
      (audience): LiveEvent => ({ type: 'PostAdded', seq, entry, writtenAtMs: null, audience }),
    );
    known.set(seq, made);
    made.catch(() => known.delete(seq));
    return made;
  };
}
