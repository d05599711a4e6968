import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What an operation weighs once its fragments are written out. */
export interface Measures {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly fields: number;
}

const nothing: Measures = { depth: 0, aliases: 0, rootFields: 0, fields: 0 };

/**
 * Measures every operation of a document without expanding it: each fragment is measured once, so that a tower of
 * fragments costs its text and not its size. Needs no schema, and no valid document.
 */
export function measureDocument(document: DocumentNode): Map<OperationDefinitionNode, Measures> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  const measured = new Map<string, Measures>();

  function ofSet(set: SelectionSetNode): Measures {
    let sum = nothing;
    for (const selection of set.selections) sum = beside(sum, ofSelection(selection));
    return sum;
  }

  function ofSelection(selection: SelectionNode): Measures {
    if (selection.kind === Kind.INLINE_FRAGMENT) return ofSet(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    const below = selection.selectionSet ? ofSet(selection.selectionSet) : nothing;
    // How deep introspection goes graphql-js bounds itself, where it matters: types of types.
    const isIntrospection = selection.name.value.startsWith('__');
    return {
      depth: 1 + (isIntrospection ? 0 : below.depth),
      aliases: (selection.alias ? 1 : 0) + below.aliases,
      rootFields: 1,
      fields: 1 + below.fields,
    };
  }

  function ofFragment(name: string): Measures {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    measured.set(name, nothing); // a cycle ends here; validation reports it
    const measures = ofSet(fragment.selectionSet);
    measured.set(name, measures);
    return measures;
  }

  const operations = new Map<OperationDefinitionNode, Measures>();
  for (const one of document.definitions) {
    if (one.kind === Kind.OPERATION_DEFINITION) operations.set(one, ofSet(one.selectionSet));
  }
  return operations;
}

function beside(a: Measures, b: Measures): Measures {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    rootFields: a.rootFields + b.rootFields,
    fields: a.fields + b.fields,
  };
}
