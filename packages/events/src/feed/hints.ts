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
  // The second connection: a subscriber cannot publish. It subscribes whenever Redis is, or comes, back.
  const subscriber = redis?.client.duplicate({ enableAutoPipelining: false, autoResubscribe: false });
  subscriber?.on('error', () => undefined); // the cache connection reports that Redis is away
  subscriber?.on('ready', () => void subscriber.subscribe(channel).catch(() => subscriber.disconnect(true)));
  subscriber?.on('message', wake);

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
