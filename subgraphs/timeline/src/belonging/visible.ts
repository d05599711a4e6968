import type { HeldRelations, Relationships } from '@murmuration/relationships';
import type { Reads } from '../database/pool.ts';
import { selectBelonging } from './entries.ts';
import type { Entry } from './entry.ts';
import { peopleOf, type Sight, sightOf } from './sight.ts';

/** An entry that is shown, or whose sight nobody could decide. */
export interface SeenEntry extends Entry {
  sight: Exclude<Sight, 'hidden'>;
}

/** Of some ids, wherever they come from, the entries that belong in a reader's timeline and may be shown there now. */
export type Visible = (readerId: bigint, ids: readonly bigint[]) => Promise<SeenEntry[]>;

export function createVisible(options: { sql: Reads; relationships: Pick<Relationships, 'read'> }): Visible {
  const { sql, relationships } = options;
  return async (readerId, ids) => {
    const entries = await selectBelonging(sql, readerId, ids);
    return seenOf(
      relationships,
      readerId,
      ids.flatMap((id) => entries.get(id) ?? []),
    );
  };
}

/** Of entries that belong, those that may be shown. `held` spares a look at what was read on the way. */
export async function seenOf(
  relationships: Pick<Relationships, 'read'>,
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
