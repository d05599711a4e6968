import { type Authenticate, anonymousCaller, type Caller } from '../identity/authenticate.ts';
import type { DenyList } from '../identity/deny-list.ts';

export const callerLimits = {
  /** The client hears this long before its token runs out. */
  noticeMs: 60_000,
} as const;

export interface CallerEvents {
  /** The token runs out soon: time to refresh it. */
  onExpiring(expiresAtMs: number): void;
  onExpired(): void;
  onSessionEnded(): void;
}

/** Who a long-lived connection is for. */
export interface LiveCaller {
  current(): Caller;
  /** @throws GraphQLError when the token is not good */
  signIn(authorization: string | undefined): Promise<void>;
  /**
   * A fresh token of the same person and session. False for another identity: what is already subscribed
   * belongs to the first.
   * @throws GraphQLError when the token is not good
   */
  refresh(authorization: string): Promise<boolean>;
  stop(): void;
}

/** Watches over a connection's identity: its token's end and its session's. */
export function createLiveCaller(
  authenticate: Authenticate,
  denyList: DenyList,
  events: CallerEvents,
): LiveCaller {
  let caller = anonymousCaller;
  let timers: NodeJS.Timeout[] = [];
  const stopWatching = denyList.onAdded((sessions) => {
    const { identity } = caller;
    if (identity.kind === 'viewer' && sessions.includes(identity.session)) events.onSessionEnded();
  });

  function take(next: Caller): void {
    caller = next;
    for (const timer of timers) clearTimeout(timer);
    const { expiresAtMs } = next;
    if (expiresAtMs === null) return;
    const remainingMs = expiresAtMs - Date.now();
    timers = [
      setTimeout(events.onExpired, remainingMs).unref(),
      setTimeout(
        () => events.onExpiring(expiresAtMs),
        Math.max(0, remainingMs - callerLimits.noticeMs),
      ).unref(),
    ];
  }

  return {
    current: () => caller,
    async signIn(authorization) {
      take(await authenticate(authorization));
    },
    async refresh(authorization) {
      const next = await authenticate(authorization);
      if (!isSame(caller, next)) return false;
      take(next);
      return true;
    },
    stop() {
      stopWatching();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function isSame({ identity: one }: Caller, { identity: other }: Caller): boolean {
  if (one.kind !== 'viewer' || other.kind !== 'viewer') return one.kind === other.kind;
  return one.subject === other.subject && one.session === other.session;
}
