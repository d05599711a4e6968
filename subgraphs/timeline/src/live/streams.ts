import { isReplayOver } from '../belonging/replay.ts';
import { homeOf } from '../belonging/source.ts';
import type { Visible } from '../belonging/visible.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LiveCursors } from '../log/cursor.ts';
import { readLogHead } from '../log/head.ts';
import { isReplayable } from '../log/is-replayable.ts';
import { createResumableStreams, type OpenStream } from '../log/resumable-streams.ts';
import type { Hub } from './hub.ts';
import { type LiveEvent, showsPost } from './live-event.ts';
import { liveFreshness } from './metrics.ts';
import { known } from './replayer.ts';

/** Streams of what changes in viewers' home timelines. */
export function createHomeStreams(options: {
  sql: Sql;
  hub: Pick<Hub, 'open'>;
  cursors: LiveCursors;
  visible: Visible;
  limits?: TimelineLimits;
}): OpenStream<LiveEvent> {
  const { sql, hub, cursors, visible, limits = timelineLimits } = options;
  return createResumableStreams<LiveEvent>({
    cursors,
    readHead: () => readLogHead(sql),
    canReplay: async (viewerId, missed) =>
      (await isReplayable(sql, missed.after, missed.through)) &&
      !(await isReplayOver(sql, homeOf(viewerId), missed, limits.replayEvents)),
    open: hub.open,
    shows: showsPost,
    async lookAgain(viewerId, event) {
      if (event.type !== 'PostAdded') return event;
      const entry = known((await visible(homeOf(viewerId), [event.entry.id]))[0] ?? null);
      return entry && { ...event, entry };
    },
    onTold(event) {
      if (event.type === 'PostAdded' && event.writtenAtMs !== null)
        liveFreshness.observe(Math.max(0, Date.now() - event.writtenAtMs) / 1_000);
    },
    limits,
  });
}
