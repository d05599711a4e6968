import { errorAt } from './error-at.ts';
import { overridesOf } from './overrides.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import type { CompositionError } from './subgraph.ts';

/**
 * Several subgraphs take one field over with `@override`, and it is not shareable: whose is it then?
 * `@apollo/composition` refuses that; the library that we compose with lets it pass (the differential
 * test found it). An override with a label moves traffic step by step and is not judged here.
 */
export function doubleOverrides(parsed: readonly ParsedSubgraph[]): CompositionError[] {
  const takers = Map.groupBy(parsed.flatMap(overridesOf), ({ coordinate }) => coordinate);
  return [...takers].flatMap(([coordinate, all]) => {
    const last = all.at(-1);
    if (all.length < 2 || last === undefined || last.isOnInterface) return [];
    if (all.every(({ isShareable }) => isShareable) || all.some(({ label }) => label !== null)) return [];
    const names = all.map(({ subgraph }) => `"${subgraph.name}"`).join(' and ');
    const message = `Non-shareable field "${coordinate}" is overridden by subgraphs ${names}.`;
    return errorAt(last.subgraph, coordinate, 'INVALID_FIELD_SHARING', message);
  });
}
