import type { HeldRelations } from '@murmuration/relationships';
import { selectCandidates } from '../belonging/candidates.ts';
import { type Entries, selectBelonging } from '../belonging/entries.ts';
import type { Entry } from '../belonging/entry.ts';
import { memberCountOf } from '../belonging/members.ts';
import { type Range, restOf } from '../belonging/range.ts';
import type { HomeSource, ListSource, Source } from '../belonging/source.ts';
import type { Reads, Sql } from '../database/pool.ts';
import type { TimelineLimits } from '../limits.ts';
import { type LogHead, readLogHead } from '../log/head.ts';

export interface Candidates {
  /** In the range's order: what belongs there as the projection knows it, whoever may see it. */
  entries: Entry[];
  /** Where to go on; null when the timeline ends. */
  rest: Range | null;
  /** Every event up to here is in the answer. */
  position: LogHead;
  /** The reader's relations, when they were read on the way. */
  held: HeldRelations | null;
}

/** Step one of a read: which entries to look at. */
export type CandidateSource<Of extends Source = Source> = (
  source: Of,
  range: Range,
  count: number,
) => Promise<Candidates>;

type TableLimits = Pick<TimelineLimits, 'stretchedMembers' | 'pageStretchMs' | 'stretchGrowth'>;

/** Takes them from the tables, as many members as the source has; what is given was true before. */
export async function candidatesFromTables(
  sql: Sql,
  source: Source,
  {
    count,
    limits,
    memberCount,
    range,
  }: { range: Range; count: number; memberCount: number; limits: TableLimits },
): Promise<Pick<Candidates, 'entries' | 'rest'>> {
  const ids = await selectCandidates(sql, source, range, count, memberCount, limits);
  const entries = await selectBelonging(sql, source, ids);
  return { entries: inIdOrder(entries, ids), rest: continuation(ids, range, count) };
}

/** Each kind of source has its own road. */
export function candidatesBySource(roads: {
  home: CandidateSource<HomeSource>;
  list: CandidateSource<ListSource>;
}): CandidateSource {
  return (source, range, count) =>
    source.kind === 'home' ? roads.home(source, range, count) : roads.list(source, range, count);
}

/** The road of sources whose entries are kept nowhere but in the tables. */
export function createTableSource(options: {
  /** For statements of a millisecond. */
  reads: Reads;
  sql: Sql;
  limits: TableLimits;
}): CandidateSource {
  const { limits, reads, sql } = options;
  return async (source, range, count) => {
    const [position, memberCount] = await Promise.all([readLogHead(reads), memberCountOf(reads, source)]);
    const found = await candidatesFromTables(sql, source, { range, count, memberCount, limits });
    return { ...found, position, held: null };
  };
}

export function inIdOrder(entries: Entries, ids: readonly bigint[]): Entry[] {
  return ids.flatMap((id) => entries.get(id) ?? []);
}

export function continuation(ids: readonly bigint[], range: Range, count: number): Range | null {
  const last = ids.at(-1);
  return last === undefined || ids.length < count ? null : restOf(range, last);
}
