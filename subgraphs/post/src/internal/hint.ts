import { hintChannel } from '@murmuration/events';
import type { RedisCache } from '@murmuration/service-kit';

/**
 * Wakes the readers of this subgraph's event feed; call it after the commit. A hint may be lost: the feed is
 * long-polled, so that costs latency and nothing else.
 */
export function createFeedHint(redis: RedisCache): () => void {
  const channel = hintChannel('post');
  return () => {
    if (redis.namespace() !== null) redis.client.publish(channel, '').catch(() => undefined);
  };
}
