import type { Sql } from '../database/pool.ts';
import type { HomePipeline } from '../home/pipeline.ts';
import type { AuthorSights } from './author-sights.ts';
import type { LiveEvent } from './live-event.ts';
import type { LogEvent } from './log-event.ts';
import type { Queue } from './queue.ts';
import { type ReplayRange, selectReplay } from './replay.ts';
import { createRouter } from './router.ts';

/** Tells a stretch of the log to one viewer, by whom they follow and may see now. */
export type Replay = (viewerId: bigint, range: ReplayRange, queue: Queue<LiveEvent>) => Promise<void>;

const pageSize = 200;

export function createReplay(options: {
  sql: Sql;
  pipeline: Pick<HomePipeline, 'visible'>;
  sights: AuthorSights;
}): Replay {
  const { sql, pipeline } = options;
  const route = createRouter(options);

  /** Additions go through the same step as a page of the timeline; removals through the live router. */
  async function tell(viewerId: bigint, events: readonly LogEvent[], queue: Queue<LiveEvent>): Promise<void> {
    const ids = events.flatMap(({ entryId, kind }) => (entryId && isAddition(kind) ? [entryId] : []));
    const seen = new Map(
      (await pipeline.visible(viewerId, [...new Set(ids)])).map((entry) => [entry.id, entry]),
    );
    for (const event of events) {
      if (isAddition(event.kind)) {
        const entry = seen.get(event.entryId ?? 0n);
        if (entry) queue.push({ type: 'PostAdded', seq: event.seq, entry });
        continue;
      }
      const removed = (await route(event, [{ viewerId, since: new Map() }])).get(viewerId);
      if (removed) queue.push(removed);
    }
  }

  return async (viewerId, { after, through }, queue) => {
    for (let from = after; ; ) {
      const events = await selectReplay(sql, viewerId, { after: from, through }, pageSize);
      await queue.room();
      await tell(viewerId, events, queue);
      const last = events.at(-1);
      if (!last || events.length < pageSize) return;
      from = last.seq;
    }
  };
}

function isAddition(kind: LogEvent['kind']): boolean {
  return kind === 'post' || kind === 'repost';
}
