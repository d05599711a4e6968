import type { ParsedSubgraph } from './parse-subgraph.ts';
import { directivesOf, readTypes, textOf } from './subgraph-types.ts';

/** A field that `subgraph` takes over from another. */
export interface Override {
  subgraph: ParsedSubgraph;
  coordinate: string;
  from: string | null;
  /** Set where the traffic moves step by step. */
  label: string | null;
  isShareable: boolean;
  /** Whether it stands on a field of an interface, which the composition library refuses. */
  isOnInterface: boolean;
}

/** Every `@override` of one subgraph. */
export function overridesOf(subgraph: ParsedSubgraph): Override[] {
  if (!subgraph.sdl.includes('override')) return [];
  return [...readTypes(subgraph.typeDefs)].flatMap(([typeName, type]) =>
    [...type.fields].flatMap(([fieldName, { node, typeDirectives }]) =>
      directivesOf(node.directives, 'override').map((override) => ({
        subgraph,
        coordinate: `${typeName}.${fieldName}`,
        from: textOf(override, 'from'),
        label: textOf(override, 'label'),
        isShareable: directivesOf([...typeDirectives, ...(node.directives ?? [])], 'shareable').length > 0,
        isOnInterface: type.isInterface,
      })),
    ),
  );
}
