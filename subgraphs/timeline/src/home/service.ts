import { badUserInput, type PageArguments } from '@murmuration/ids';
import type { Sql } from '../database/pool.ts';
import type { LiveCursors } from '../live/cursor.ts';
import { readLogHead } from '../live/log-event.ts';
import { isReplayable, selectReplay } from '../live/replay.ts';
import { type HomeConnection, homeConnection, homePageFrom } from './connection.ts';
import type { HomePipeline } from './pipeline.ts';
import type { PositionWait } from './read-your-writes.ts';

/** More than this many new posts are not counted: nobody reads the number. */
const mostCounted = 100;
const lookedAt = 400;

export interface HomeService {
  /** @param position what the client was given by its last write */
  timeline(readerId: bigint, args: PageArguments, position: string | null): Promise<HomeConnection>;
  liveCursor(connection: HomeConnection): string;
  /** How many entries came after a live cursor; null when its log is gone. */
  newPostCount(readerId: bigint, since: string): Promise<number | null>;
}

export function createHomeService(options: {
  sql: Sql;
  pipeline: HomePipeline;
  cursors: LiveCursors;
  reached: PositionWait;
}): HomeService {
  const { sql, pipeline, cursors, reached } = options;
  return {
    async timeline(readerId, args, position) {
      const page = homePageFrom(args);
      await reached(position);
      return homeConnection(readerId, await pipeline.page(readerId, page), page);
    },

    liveCursor: ({ readerId, position }) => cursors.encode({ ...position, viewerId: readerId }),

    async newPostCount(readerId, since) {
      const place = cursors.decode(since);
      if (!place || place.viewerId !== readerId)
        throw badUserInput('since', '`since` is not a live cursor of yours.');
      const { incarnation, seq } = await readLogHead(sql);
      if (place.incarnation !== incarnation || !(await isReplayable(sql, place.seq, seq))) return null;
      const events = await selectReplay(sql, readerId, { after: place.seq, through: seq }, lookedAt);
      const ids = events.flatMap(({ entryId, kind }) =>
        entryId !== null && (kind === 'post' || kind === 'repost') ? [entryId] : [],
      );
      const seen = await pipeline.visible(readerId, [...new Set(ids)]);
      return Math.min(seen.length, mostCounted);
    },
  };
}
