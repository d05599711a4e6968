import { isReplayOver } from '../belonging/replay.ts';
import { homeOf, type ListSource, type Source } from '../belonging/source.ts';
import type { Visible } from '../belonging/visible.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LiveCursors } from '../log/cursor.ts';
import { readLogHead } from '../log/head.ts';
import { isReplayable } from '../log/is-replayable.ts';
import { createResumableStreams, type OpenStream } from '../log/resumable-streams.ts';
import type { Hub } from './hub.ts';
import type { ListHub } from './list-hub.ts';
import { type LiveEvent, showsPost } from './live-event.ts';
import { liveFreshness } from './metrics.ts';
import { known } from './look.ts';

interface StreamOptions {
  sql: Sql;
  visible: Visible;
  limits?: TimelineLimits;
}

/** Streams of what changes in viewers' home timelines. */
export function createHomeStreams(
  options: StreamOptions & { hub: Pick<Hub, 'open'>; cursors: LiveCursors },
): OpenStream<LiveEvent> {
  const { cursors, hub } = options;
  return createResumableStreams<LiveEvent>({
    cursorsOf: () => cursors,
    viewerOf: (viewerId) => viewerId,
    open: hub.open,
    ...streamsOf(options, homeOf),
  });
}

/** Streams of what changes in lists, each for whoever reads it. */
export function createListStreams(
  options: StreamOptions & { hub: Pick<ListHub, 'open'>; cursorsOf: (listId: bigint) => LiveCursors },
): OpenStream<LiveEvent, ListSource> {
  const { cursorsOf, hub } = options;
  return createResumableStreams<LiveEvent, ListSource>({
    cursorsOf: ({ id }) => cursorsOf(id),
    viewerOf: ({ readerId }) => readerId,
    open: hub.open,
    ...streamsOf(options, (source) => source),
  });
}

/** What is the same whatever a timeline is made of. */
function streamsOf<Of>(
  { limits = timelineLimits, sql, visible }: StreamOptions,
  sourceOf: (of: Of) => Source,
): Pick<
  Parameters<typeof createResumableStreams<LiveEvent, Of>>[0],
  'readHead' | 'canReplay' | 'shows' | 'lookAgain' | 'onTold' | 'limits'
> {
  return {
    readHead: () => readLogHead(sql),
    canReplay: async (of, missed) =>
      (await isReplayable(sql, missed.after, missed.through)) &&
      !(await isReplayOver(sql, sourceOf(of), missed, limits.replayEvents)),
    shows: showsPost,
    async lookAgain(of, event) {
      if (event.type !== 'PostAdded') return event;
      const entry = known((await visible(sourceOf(of), [event.entry.id]))[0] ?? null);
      return entry && { ...event, entry };
    },
    onTold(event) {
      if (event.type === 'PostAdded' && event.writtenAtMs !== null)
        liveFreshness.observe(Math.max(0, Date.now() - event.writtenAtMs) / 1_000);
    },
    limits,
  };
}
