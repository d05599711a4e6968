import { envelopeWindowMs } from './envelope.ts';

export interface ReplayGuard {
  /** Whether this id was not seen before within the window; the first call for an id wins. */
  admit(id: string): boolean;
}

/**
 * Remembers the ids of the last two windows. Per process and best effort: another replica does not know
 * them, which is why creating mutations carry an idempotency key as well.
 */
export function createReplayGuard(windowMs = 2 * envelopeWindowMs): ReplayGuard {
  let current = new Set<string>();
  let previous = new Set<string>();
  let turnsAtMs = Date.now() + windowMs;
  return {
    admit(id) {
      if (Date.now() >= turnsAtMs) {
        previous = current;
        current = new Set();
        turnsAtMs = Date.now() + windowMs;
      }
      if (current.has(id) || previous.has(id)) return false;
      current.add(id);
      return true;
    },
  };
}
