import type { RedisCache } from '@murmuration/service-kit';

/** Channel on which a feed says that it may have something new. */
export function hintChannel(feed: string): string {
  return `feed:${feed}`;
}

/**
 * Wake-ups, local and over Redis. A hint may be lost, late or wrong: whoever waits looks by himself too.
 */
export interface FeedHints {
  /** Say, after a commit, that there may be something new. Never fails, never waits. */
  publish(): void;
  /** How many hints came so far: read it before looking, and pass it to `wait`. */
  count(): number;
  /** Ends at the next hint after `seen`, after `waitMs`, or when aborted. */
  wait(seen: number, waitMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createFeedHints(feed: string, redis?: RedisCache): FeedHints {
  const channel = hintChannel(feed);
  const waiting = new Set<() => void>();
  let hints = 0;
  const wake = () => {
    hints++;
    for (const resume of waiting) resume();
  };
  // A subscriber may wait for Redis as long as it takes, and subscribes again by itself.
  const subscriber = redis?.client.duplicate({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    enableAutoPipelining: false,
    autoResubscribe: true,
  });
  subscriber?.on('error', () => undefined); // the cache connection reports that Redis is away
  subscriber?.on('message', wake);
  subscriber?.subscribe(channel).catch(() => undefined);

  return {
    publish() {
      wake();
      redis?.client.publish(channel, '').catch(() => undefined);
    },
    count: () => hints,
    wait: (seen, waitMs, signal) =>
      new Promise((resolve) => {
        if (hints !== seen || signal.aborted) return resolve();
        const resume = () => {
          clearTimeout(timer);
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        const timer = setTimeout(resume, waitMs);
        waiting.add(resume);
        signal.addEventListener('abort', resume, { once: true });
      }),
    close: () => subscriber?.disconnect(),
  };
}
