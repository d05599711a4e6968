import { always, and, type Conj, implies } from './conditions.ts';
import { type Entry, isVisible, type Item, type Production, Unproven } from './state.ts';

/**
 * Throws Unproven for a field that is fetched where nothing selects or sends it, if its failure would take something
 * along that is selected. Other such fields only cost their fetching.
 */
export function refuseUnasked(root: Entry): void {
  refuse(root, [always]);
}

/** `cases`: when the entry's objects matter. */
function refuse(entry: Entry, cases: readonly Conj[]): void {
  for (const [key, item] of entry.items) {
    if (key === '__typename') continue;
    // What is sent has to be there, whoever asks for what it is sent for.
    if (!item.isSent && item.productions.some((one) => isHarmful(one, item, entry, cases))) {
      throw new Unproven(
        `${entry.type}.${key} is fetched where nothing asks for it, and may take others along`,
      );
    }
    const casesBelow = item.isSent ? cases : item.asked;
    if (casesBelow.length > 0) for (const below of item.entries.values()) refuse(below, casesBelow);
  }
}

function isHarmful(production: Production, item: Item, { items }: Entry, cases: readonly Conj[]): boolean {
  const { isNonNull, set, when } = production;
  if (!isNonNull || !isVisible(production)) return false;
  const companions = set && [...items.values()].filter((other) => other !== item && isBroughtBy(set, other));
  return cases.some((given) => {
    const both = and(given, when);
    if (!both || implies(both, item.asked)) return false;
    return (
      !companions || companions.some((other) => other.isSent || other.asked.some((one) => and(both, one)))
    );
  });
}

function isBroughtBy(set: NonNullable<Production['set']>, { productions }: Item): boolean {
  return productions.some((one) => one.set === set);
}
