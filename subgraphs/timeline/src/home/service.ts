import { badUserInput, type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import { edgeOf, type HomeEdge } from '../belonging/edge.ts';
import type { SeenEntry, Visible } from '../belonging/visible.ts';
import type { Sql } from '../database/pool.ts';
import type { LiveCursors } from '../log/cursor.ts';
import { readLogHead } from '../log/head.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { type ReplayRange, selectReplay } from '../belonging/replay.ts';
import { isReplayable } from '../log/is-replayable.ts';
import { type HomeConnection, homeConnection } from './connection.ts';
import type { HomePage, HomePipeline } from './pipeline.ts';
import type { PositionWait } from './read-your-writes.ts';

export interface HomeService {
  /** @param position what the client was given by its last write */
  timeline(readerId: bigint, args: PageArguments, position: string | null): Promise<HomeConnection>;
  /** The edge that a page would have of an entry. */
  edgeOf(entry: SeenEntry): HomeEdge;
  liveCursor(connection: HomeConnection): string;
  /** How many entries came after a live cursor; null when its log is gone, or more than a replay tells. */
  newPostCount(readerId: bigint, since: string): Promise<number | null>;
  /** How many entries stand above a place, at most `newPostsCounted`; null when nobody can tell, or too much is hidden. */
  countAbove(readerId: bigint, place: bigint): Promise<number | null>;
}

export function createHomeService(options: {
  sql: Sql;
  pipeline: Pick<HomePipeline, 'page'>;
  visible: Visible;
  cursors: LiveCursors;
  homeCursors: SealedCursorCodec;
  reached: PositionWait;
  limits?: Pick<TimelineLimits, 'newPostsCounted' | 'newPostPages' | 'newPostsLookedAt' | 'replayEvents'>;
}): HomeService {
  const { sql, pipeline, visible, cursors, homeCursors, reached, limits = timelineLimits } = options;

  /** Step by step, for all of a step may be of people whom the reader muted. */
  async function countNew(readerId: bigint, range: ReplayRange): Promise<number | null> {
    const seen = new Set<bigint>();
    let { after } = range;
    for (let looked = 0; looked < limits.replayEvents; looked += limits.newPostsLookedAt) {
      const events = await selectReplay(sql, readerId, { ...range, after }, limits.newPostsLookedAt);
      const ids = events.flatMap(({ entryId, kind }) =>
        entryId !== null && (kind === 'post' || kind === 'repost') ? [entryId] : [],
      );
      for (const { id } of await visible(readerId, [...new Set(ids)])) seen.add(id);
      const last = events.at(-1);
      if (seen.size >= limits.newPostsCounted) return limits.newPostsCounted;
      if (!last || events.length < limits.newPostsLookedAt) return seen.size;
      after = last.seq;
    }
    return null;
  }

  return {
    async timeline(readerId, args, position) {
      const page = pageFrom(args, homeCursors);
      await reached(position);
      return homeConnection(homeCursors, readerId, await pipeline.page(readerId, page), page);
    },

    edgeOf: (entry) => edgeOf(homeCursors, entry),

    liveCursor: ({ readerId, position }) => cursors.encode({ ...position, viewerId: readerId }),

    async newPostCount(readerId, since) {
      const place = cursors.decode(since);
      if (!place || place.viewerId !== readerId)
        throw badUserInput('since', '`since` is not a live cursor of yours.');
      const { incarnation, seq } = await readLogHead(sql);
      if (place.incarnation !== incarnation || !(await isReplayable(sql, place.seq, seq))) return null;
      return countNew(readerId, { after: place.seq, through: seq });
    },

    async countAbove(readerId, place) {
      const limit = limits.newPostsCounted;
      let after: bigint | null = null;
      let count = 0;
      for (let step = 0; step < limits.newPostPages && count < limit; step++) {
        const page: HomePage = await pipeline.page(readerId, {
          limit: limit - count,
          direction: 'forward',
          after,
          before: place,
        });
        if (page.entries.some(({ sight }) => sight === 'unknown')) return null;
        count += page.entries.length;
        after = page.rest?.high ?? null;
        if (after === null) return Math.min(count, limit);
      }
      return count < limit ? null : limit;
    },
  };
}
