import { badUserInput, type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import { edgeOf, type HomeEdge } from '../belonging/edge.ts';
import { type ReplayRange, selectReplay } from '../belonging/replay.ts';
import { readerOf, type Source } from '../belonging/source.ts';
import type { SeenEntry, Visible } from '../belonging/visible.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LiveCursors } from '../log/cursor.ts';
import { readLogHead } from '../log/head.ts';
import { isReplayable } from '../log/is-replayable.ts';
import { type TimelineConnection, timelineConnection } from './connection.ts';
import type { Pipeline, TimelinePage } from './pipeline.ts';

/** Who reads: what they were given by their last write, and where their answer says more than data. */
export type PositionedReader = Pick<RequestContext, 'position' | 'extensions'>;

/**
 * Waits until the projection has reached the position that a reader brought, but not for long: where that was not enough
 * their answer says so (`extensions.behind`).
 */
export type PositionWait = (reader: PositionedReader) => Promise<void>;

/** Timelines of any source. */
export interface TimelineService {
  page(source: Source, args: PageArguments, reader: PositionedReader): Promise<TimelineConnection>;
  /** The edge that a page would have of an entry. */
  edgeOf(entry: SeenEntry): HomeEdge;
  liveCursor(connection: Pick<TimelineConnection, 'source' | 'position'>): string;
  /** How many entries came after a live cursor; null when its log is gone, or more than a replay tells. */
  newPostCount(source: Source, since: string): Promise<number | null>;
  /** How many entries stand above a place, at most `newPostsCounted`; null when nobody can tell, or too much is hidden. */
  countAbove(source: Source, place: bigint): Promise<number | null>;
}

export function createTimelineService(options: {
  sql: Sql;
  pipeline: Pick<Pipeline, 'page'>;
  visible: Visible;
  /** Of the streams that go on where a page ends. */
  cursorsOf: (source: Source) => LiveCursors;
  entryCursors: SealedCursorCodec;
  reached: PositionWait;
  limits?: Pick<TimelineLimits, 'newPostsCounted' | 'newPostPages' | 'newPostsLookedAt' | 'replayEvents'>;
}): TimelineService {
  const { sql, pipeline, visible, cursorsOf, entryCursors, reached, limits = timelineLimits } = options;

  /** Step by step, for all of a step may be of people whom the reader muted. */
  async function countNew(source: Source, range: ReplayRange): Promise<number | null> {
    const seen = new Set<bigint>();
    let { after } = range;
    for (let looked = 0; looked < limits.replayEvents; looked += limits.newPostsLookedAt) {
      const events = await selectReplay(sql, source, { ...range, after }, limits.newPostsLookedAt);
      const ids = events.flatMap(({ entryId, kind }) =>
        entryId !== null && (kind === 'post' || kind === 'repost') ? [entryId] : [],
      );
      for (const { id } of await visible(source, [...new Set(ids)])) seen.add(id);
      const last = events.at(-1);
      if (seen.size >= limits.newPostsCounted) return limits.newPostsCounted;
      if (!last || events.length < limits.newPostsLookedAt) return seen.size;
      after = last.seq;
    }
    return null;
  }

  return {
    async page(source, args, reader) {
      const page = pageFrom(args, entryCursors);
      await reached(reader);
      return timelineConnection(entryCursors, source, await pipeline.page(source, page), page);
    },

    edgeOf: (entry) => edgeOf(entryCursors, entry),

    liveCursor: ({ source, position }) =>
      cursorsOf(source).encode({ ...position, viewerId: readerOf(source) }),

    async newPostCount(source, since) {
      const place = cursorsOf(source).decode(since);
      if (!place || place.viewerId !== readerOf(source))
        throw badUserInput('since', '`since` is not a live cursor of yours.');
      const { incarnation, seq } = await readLogHead(sql);
      if (place.incarnation !== incarnation || !(await isReplayable(sql, place.seq, seq))) return null;
      return countNew(source, { after: place.seq, through: seq });
    },

    async countAbove(source, place) {
      const limit = limits.newPostsCounted;
      let after: bigint | null = null;
      let count = 0;
      for (let step = 0; step < limits.newPostPages && count < limit; step++) {
        const page: TimelinePage = await pipeline.page(source, {
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
