import type { HeldRelations, Relationships } from '@murmuration/relationships';
import type { Reads } from '../database/pool.ts';
import { selectBelonging } from './entries.ts';
import type { Entry } from './entry.ts';
import { peopleOf, type Sight, sightOf } from './sight.ts';
import type { Source } from './source.ts';

/** An entry that is shown, or whose sight nobody could decide. */
export interface SeenEntry extends Entry {
  sight: Exclude<Sight, 'hidden'>;
}

/** Of some ids, wherever they come from, the entries that belong in a timeline and may be shown there now. */
export type Visible = (source: Source, ids: readonly bigint[]) => Promise<SeenEntry[]>;

export function createVisible(options: { sql: Reads; relationships: Pick<Relationships, 'read'> }): Visible {
  const { sql, relationships } = options;
  return async (source, ids) => {
    const entries = await selectBelonging(sql, source, ids);
    return seenOf(
      relationships,
      source,
      ids.flatMap((id) => entries.get(id) ?? []),
    );
  };
}

/** Of entries that belong, those that may be shown. `held` spares a look at what was read on the way. */
export async function seenOf(
  relationships: Pick<Relationships, 'read'>,
  source: Source,
  entries: readonly Entry[],
  held: HeldRelations | null = null,
): Promise<SeenEntry[]> {
  const people = peopleOf(source.readerId, entries);
  const relations = await relationships.read(source.readerId, people, held);
  const known = new Map(people.map((person, index) => [person, relations[index]]));
  return entries.flatMap((entry) => {
    const sight = sightOf(source, entry, (person) => known.get(person) ?? new Error('never asked'));
    return sight === 'hidden' ? [] : { ...entry, sight };
  });
}
