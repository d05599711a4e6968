import type { FeedPosition } from '@murmuration/events';
import type { Logger } from '@murmuration/service-kit';
import type { DetailedPost } from '../posts/repository.ts';

/** Gathers posts whose counts changed and reads them a few times a second: one statement for all of them. */
export interface CountsWatch {
  changed(postIds: Iterable<bigint>): void;
  stop(): void;
}

export function createCountsWatch(options: {
  read: (postIds: readonly bigint[]) => Promise<DetailedPost[]>;
  /** Where the log is; null before it is followed. */
  position: () => FeedPosition | null;
  /** @param at what the counts hold at least: who continues there hears of all that changed them since */
  onCounts: (post: DetailedPost, at: FeedPosition | null) => void;
  everyMs: number;
  logger: Logger;
}): CountsWatch {
  const { everyMs, logger, onCounts, position, read } = options;
  const changed = new Set<bigint>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    const postIds = [...changed];
    changed.clear();
    // Before they are read: what the log brings meanwhile may not be in them.
    const at = position();
    try {
      for (const post of await read(postIds)) onCounts(post, at);
    } catch (error) {
      logger.warn({ err: error }, 'counts could not be read; they are read again');
      for (const postId of postIds) changed.add(postId);
    }
    timer = undefined;
    if (changed.size > 0) schedule();
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), everyMs).unref();
  }

  return {
    changed(postIds) {
      for (const postId of postIds) changed.add(postId);
      if (changed.size > 0) schedule();
    },
    stop: () => clearTimeout(timer),
  };
}
