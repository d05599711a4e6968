import { errorAt } from './error-at.ts';
import { overridesOf } from './overrides.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import type { CompositionError } from './subgraph.ts';
import { directivesOf, readTypes } from './subgraph-types.ts';

/**
 * A field is taken over by `@override` while the subgraph that had it computes it from others' fields (`@requires`)
 * or gives parts of others' types with it (`@provides`). `@apollo/composition` refuses that; the library that we
 * compose with keeps an older behaviour on purpose, which leaves the reader of the SDL with two truths.
 */
export function overriddenDependents(parsed: readonly ParsedSubgraph[]): CompositionError[] {
  return parsed.flatMap(overridesOf).flatMap((override) => {
    const { coordinate, subgraph, from } = override;
    const source = parsed.find(({ name }) => name === from && name !== subgraph.name);
    if (source === undefined || override.isOnInterface) return [];
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const field = readTypes(source.typeDefs).get(typeName)?.fields.get(fieldName);
    const collides = ['requires', 'provides'].find(
      (name) => directivesOf(field?.node.directives, name).length > 0,
    );
    if (collides === undefined) return [];
    const message = `Field "${coordinate}" cannot be taken over with @override: in subgraph "${source.name}" it has @${collides}.`;
    return errorAt(subgraph, coordinate, 'OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE', message);
  });
}
