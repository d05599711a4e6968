import type { Page } from '@murmuration/ids';
import type { Relationships } from '@murmuration/relationships';
import { highest, type Range } from '../belonging/range.ts';
import type { Source } from '../belonging/source.ts';
import { type SeenEntry, seenOf } from '../belonging/visible.ts';
import type { Reads } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { type LogHead, readLogHead } from '../log/head.ts';
import type { Candidates, CandidateSource } from './candidates.ts';

export interface TimelinePage {
  /** In reading order, at most `limit + 1`: the extra one says that there are more. */
  entries: SeenEntry[];
  /** Where to go on when so much is hidden that the page stays short; null when it is full, or the timeline ends. */
  rest: Range | null;
  /** Every event of the log up to here is in the page. */
  position: LogHead;
}

export interface Pipeline {
  /** Step 1: the ids to look at, with what belongs behind them. */
  ids: CandidateSource;
  /** Steps 2 and 3: of those that may be shown (belonging/visible.ts) as many as a page takes. Step 4 makes edges of them (connection.ts). */
  page(source: Source, page: Page): Promise<TimelinePage>;
}

export function createPipeline(options: {
  sql: Reads;
  ids: CandidateSource;
  relationships: Pick<Relationships, 'read'>;
  limits?: Pick<TimelineLimits, 'pageCandidates' | 'pageRounds' | 'pageSpare'>;
}): Pipeline {
  const { sql, ids, relationships, limits = timelineLimits } = options;

  async function page(source: Source, { limit, direction, after, before }: Page): Promise<TimelinePage> {
    let range: Range | null = {
      low: before ?? 0n,
      high: after ?? highest,
      order: direction === 'forward' ? 'newest' : 'oldest',
    };
    const entries: SeenEntry[] = [];
    let position: LogHead | undefined;
    let count = limit + 1 + limits.pageSpare;
    let isDecided = true;
    for (let round = 0; round < limits.pageRounds; round++) {
      if (!range || !isDecided || entries.length > limit) break;
      const found: Candidates = await ids(source, range, count);
      position ??= found.position;
      const shown = await seenOf(relationships, source, found.entries, found.held);
      entries.push(...shown);
      // What cannot be decided is not made up for: the page would run through the whole timeline.
      isDecided = shown.every(({ sight }) => sight !== 'unknown');
      range = found.rest;
      count = Math.min(2 * count, limits.pageCandidates);
    }
    position ??= await readLogHead(sql);
    return { entries: entries.slice(0, limit + 1), rest: entries.length <= limit ? range : null, position };
  }

  return { ids, page };
}
