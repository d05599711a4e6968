import { LRUCache } from 'lru-cache';

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
  const denied = new LRUCache<string, true>({ max: denyLimits.sessions, ttl: denyLimits.keptMs });
  const callbacks = new Set<(sessions: readonly string[]) => void>();
  return {
    add(sessions) {
      const added = sessions.filter((session) => !denied.has(session));
      for (const session of sessions) denied.set(session, true);
      if (added.length > 0) for (const callback of callbacks) callback(added);
    },
    has: (session) => denied.has(session),
    onAdded(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
  };
}
