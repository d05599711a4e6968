import { type Entry, isVisible, type Item, type Production, Unproven } from './state.ts';

/**
 * Throws Unproven for a field that is fetched where nothing selects or sends it, if its failure would take something
 * along that is selected. Other such fields only cost their fetching.
 */
export function refuseUnasked(entry: Entry): void {
  for (const [key, item] of entry.items) {
    if (key === '__typename') continue;
    if (isWanted(item)) for (const below of item.entries.values()) refuseUnasked(below);
    else if (item.productions.some((one) => isHarmful(one, item, entry))) {
      throw new Unproven(
        `${entry.type}.${key} is fetched where nothing asks for it, and may take others along`,
      );
    }
  }
}

/** What is sent has to be there, whoever asks for what it is sent for. */
function isWanted({ isAsked, isSent }: Item): boolean {
  return isAsked || isSent;
}

function isHarmful(production: Production, item: Item, { items }: Entry): boolean {
  const { isNonNull, set } = production;
  if (!isNonNull || !isVisible(production)) return false;
  if (!set) return true;
  const companions = [...items.values()].filter((other) => other !== item && isBroughtBy(set, other));
  return companions.some(isWanted);
}

function isBroughtBy(set: NonNullable<Production['set']>, { productions }: Item): boolean {
  return productions.some((one) => one.set === set);
}
