import { hintChannel, type PositionTeller } from '@murmuration/events';
import type { RedisCache } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';

/** What happens between a commit and its acknowledgement. */
export interface AfterCommit {
  /** Wakes the readers of the event feed. It may be lost: the feed is long-polled, so that costs latency and nothing else. */
  hint(): void;
  /** Wakes the readers of the feed, and tells the client where to find its write there. */
  written(request: RequestContext, place: string): void;
}

export function createAfterCommit({
  redis,
  tellPosition,
}: {
  redis: RedisCache;
  tellPosition: PositionTeller;
}): AfterCommit {
  const channel = hintChannel('post');

  function hint(): void {
    if (redis.namespace() !== null) redis.client.publish(channel, '').catch(() => undefined);
  }

  return {
    hint,
    written(request, place) {
      hint();
      tellPosition(request, place);
    },
  };
}
