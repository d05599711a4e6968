import type { RedisCache } from '@murmuration/service-kit';
import { createWakeUps, type WakeUps } from '../wake-ups.ts';

/** Channel on which a feed says that it may have something new. */
export function hintChannel(feed: string): string {
  return `feed:${feed}`;
}

/**
 * Wake-ups, local and over Redis. A hint may be lost, late or wrong: whoever waits looks by himself too.
 */
export interface FeedHints extends Pick<WakeUps, 'count' | 'wait'> {
  /** Say, after a commit, that there may be something new. Never fails, never waits. */
  publish(): void;
  close(): void;
}

export function createFeedHints(feed: string, redis?: RedisCache): FeedHints {
  const channel = hintChannel(feed);
  const { count, wait, wake } = createWakeUps();
  // The second connection: a subscriber cannot publish. It subscribes whenever Redis is, or comes, back.
  const subscriber = redis?.subscriber({ autoResubscribe: false });
  subscriber?.on('ready', () => void subscriber.subscribe(channel).catch(() => subscriber.disconnect(true)));
  subscriber?.on('message', wake);

  return {
    publish() {
      wake();
      redis?.client.publish(channel, '').catch(() => undefined);
    },
    count,
    wait,
    close: () => subscriber?.disconnect(),
  };
}
