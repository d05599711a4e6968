export const denyLimits = {
  /** Longer than the life of an access token: after that a revoked session has none left. */
  keptMs: 15 * 60_000,
  sessions: 500_000,
} as const;

/** Sessions whose access tokens are not honoured although they have not expired. */
export interface DenyList {
  add(sessions: readonly string[]): void;
  has(session: string): boolean;
  /** Calls back with the sessions that were not denied before; open sockets listen. */
  onAdded(callback: (sessions: readonly string[]) => void): () => void;
}

/** A deny list in memory, fed by {@link watchRevocations}. */
export function createDenyList(): DenyList {
  // From a session to when it may be forgotten, which is also the order in which they stand.
  const denied = new Map<string, number>();
  const callbacks = new Set<(sessions: readonly string[]) => void>();

  function forgetOldest(nowMs: number): void {
    for (const [session, untilMs] of denied) {
      if (untilMs > nowMs && denied.size <= denyLimits.sessions) return;
      denied.delete(session);
    }
  }

  return {
    add(sessions) {
      const nowMs = performance.now();
      const added = sessions.filter((session) => !denied.has(session));
      for (const session of sessions) {
        denied.delete(session);
        denied.set(session, nowMs + denyLimits.keptMs);
      }
      forgetOldest(nowMs);
      if (added.length > 0) for (const callback of callbacks) callback(added);
    },
    // One that may be forgotten has no token left that is good: it does no harm until the next are added.
    has: (session) => denied.has(session),
    onAdded(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
  };
}
