import type { HeldRelations, Relationships } from '@murmuration/relationships';
import type { Page } from '@murmuration/ids';
import type { Reads } from '../database/pool.ts';
import { selectBelonging } from './belonging.ts';
import type { Candidates, CandidateSource } from './candidate-source.ts';
import type { Entry } from './entry.ts';
import { highest, type Range } from './range.ts';
import { type LogHead, readLogHead } from '../live/log-event.ts';
import { peopleOf, type Sight, sightOf } from './sight.ts';

/** An entry that is shown, or whose sight nobody could decide. */
export interface SeenEntry extends Entry {
  sight: Exclude<Sight, 'hidden'>;
}

export interface HomePage {
  /** In reading order, at most `limit + 1`: the extra one says that there are more. */
  entries: SeenEntry[];
  /** Every event of the log up to here is in the page. */
  position: LogHead;
}

export interface HomePipeline {
  /** Step 1: the ids to look at, with what belongs behind them. */
  ids: CandidateSource;
  /** Step 2: of some ids, wherever they come from, the entries that may be shown. */
  visible(readerId: bigint, ids: readonly bigint[]): Promise<SeenEntry[]>;
  /** Step 3: as many visible entries as a page takes. Step 4 makes keys of them (connection.ts). */
  page(readerId: bigint, page: Page): Promise<HomePage>;
}

/** Hidden entries are common enough to ask for a few more, and rare enough not to ask for many. */
const spare = 8;
const mostAtOnce = 400;

export function createHomePipeline(options: {
  sql: Reads;
  ids: CandidateSource;
  relationships: Relationships;
}): HomePipeline {
  const { sql, ids, relationships } = options;

  async function visible(readerId: bigint, candidates: readonly bigint[]): Promise<SeenEntry[]> {
    const entries = await selectBelonging(sql, readerId, candidates);
    return seen(
      readerId,
      candidates.flatMap((id) => entries.get(id) ?? []),
    );
  }

  async function seen(
    readerId: bigint,
    entries: readonly Entry[],
    held: HeldRelations | null = null,
  ): Promise<SeenEntry[]> {
    const people = peopleOf(readerId, entries);
    const relations = await relationships.read(readerId, people, held);
    const known = new Map(people.map((person, index) => [person, relations[index]]));
    return entries.flatMap((entry) => {
      const sight = sightOf(readerId, entry, (person) => known.get(person) ?? new Error('never asked'));
      return sight === 'hidden' ? [] : { ...entry, sight };
    });
  }

  async function page(readerId: bigint, { limit, direction, after, before }: Page): Promise<HomePage> {
    let range: Range | null = {
      low: before ?? 0n,
      high: after ?? highest,
      order: direction === 'forward' ? 'newest' : 'oldest',
    };
    const entries: SeenEntry[] = [];
    let position: LogHead | undefined;
    for (
      let count = limit + 1 + spare;
      range && entries.length <= limit;
      count = Math.min(2 * count, mostAtOnce)
    ) {
      const found: Candidates = await ids(readerId, range, count);
      position ??= found.position;
      const shown = await seen(readerId, found.entries, found.held);
      entries.push(...shown);
      // What cannot be decided is not made up for: the page would run through the whole timeline.
      range = shown.some(({ sight }) => sight === 'unknown') ? null : found.rest;
    }
    position ??= await readLogHead(sql);
    return { entries: entries.slice(0, limit + 1), position };
  }

  return { ids, visible, page };
}
