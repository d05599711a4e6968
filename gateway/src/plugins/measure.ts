import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What an operation weighs once its fragments are written out. */
export interface Measures {
  depth: number;
  aliases: number;
  rootFields: number;
  fields: number;
}

type Part = Measures;
type FragmentOf = (name: string) => FragmentDefinitionNode | null | undefined;

const nothing: Part = { depth: 0, aliases: 0, rootFields: 0, fields: 0 };
const measured = new WeakMap<OperationDefinitionNode, Measures>();

/**
 * Measures without expanding: each fragment is measured once, so that a tower of fragments costs its text
 * and not its size. Introspection counts as one field; graphql-js bounds its depth itself.
 */
export function measureOperation(operation: OperationDefinitionNode, fragmentOf: FragmentOf): Measures {
  const known = measured.get(operation);
  if (known) return known;
  const measures = measureSet(operation.selectionSet, fragmentOf, new Map());
  measured.set(operation, measures);
  return measures;
}

function measureSet(set: SelectionSetNode, fragmentOf: FragmentOf, fragments: Map<string, Part>): Part {
  return set.selections
    .map((selection) => measureSelection(selection, fragmentOf, fragments))
    .reduce(beside, nothing);
}

function measureSelection(
  selection: SelectionNode,
  fragmentOf: FragmentOf,
  fragments: Map<string, Part>,
): Part {
  if (selection.kind === Kind.INLINE_FRAGMENT)
    return measureSet(selection.selectionSet, fragmentOf, fragments);
  if (selection.kind === Kind.FRAGMENT_SPREAD)
    return measureFragment(selection.name.value, fragmentOf, fragments);
  const isIntrospection = selection.name.value.startsWith('__');
  const below =
    selection.selectionSet && !isIntrospection
      ? measureSet(selection.selectionSet, fragmentOf, fragments)
      : nothing;
  return {
    depth: 1 + below.depth,
    aliases: (selection.alias ? 1 : 0) + below.aliases,
    rootFields: 1,
    fields: 1 + below.fields,
  };
}

function measureFragment(name: string, fragmentOf: FragmentOf, fragments: Map<string, Part>): Part {
  const known = fragments.get(name);
  if (known) return known;
  const fragment = fragmentOf(name);
  if (!fragment) return nothing;
  fragments.set(name, nothing); // a cycle ends here; validation reports it
  const part = measureSet(fragment.selectionSet, fragmentOf, fragments);
  fragments.set(name, part);
  return part;
}

function beside(a: Part, b: Part): Part {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    rootFields: a.rootFields + b.rootFields,
    fields: a.fields + b.fields,
  };
}
