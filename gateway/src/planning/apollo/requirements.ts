import { type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';
import { graphNamesOf, joinGraph, selectionsOf, stringArgument } from '../join-directives.ts';

/** Names of fields, each with what is selected below it. Type conditions do not matter here. */
export interface FieldTree extends Map<string, FieldTree> {}

/** What entity fetches must send: keys, and for some fields more. */
export interface Requirements {
  /** What a subgraph's field needs beside a key; undefined for most. */
  needsOf(subgraph: string, type: string, field: string): FieldTree | undefined;
  keysOf(subgraph: string): FieldTree;
}

export function requirementsOf(supergraph: DocumentNode): Requirements {
  const graphs = graphNamesOf(supergraph);
  const needs = new Map<string, FieldTree>();
  const keys = new Map<string, FieldTree>();
  let type = '';
  let field = '';
  const enterType = (node: { readonly name: { readonly value: string } }) => {
    type = node.name.value;
    field = '';
  };
  visit(supergraph, {
    ObjectTypeDefinition: enterType,
    InterfaceTypeDefinition: enterType,
    FieldDefinition: (node) => {
      field = node.name.value;
    },
    Directive(node) {
      const directive = node as Parameters<typeof stringArgument>[0];
      const graph = joinGraph(directive);
      const key = node.name.value === 'join__type' && stringArgument(directive, 'key');
      if (key) addSelections(selectionsOf(key), within(keys, graph));
      const requires = node.name.value === 'join__field' && stringArgument(directive, 'requires');
      if (requires) addSelections(selectionsOf(requires), within(needs, `${graph} ${type}.${field}`));
    },
  });
  return {
    needsOf: (subgraph, typeName, fieldName) => needs.get(`${graphs.get(subgraph)} ${typeName}.${fieldName}`),
    keysOf: (subgraph) => keys.get(graphs.get(subgraph) ?? '') ?? new Map(),
  };
}

export function merge(into: FieldTree, from: FieldTree): void {
  for (const [name, below] of from) merge(within(into, name), below);
}

function addSelections(selections: readonly SelectionNode[], tree: FieldTree): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    const below = selection.kind === Kind.FIELD ? within(tree, selection.name.value) : tree;
    addSelections(selection.selectionSet?.selections ?? [], below);
  }
}

function within(tree: Map<string, FieldTree>, name: string): FieldTree {
  const known = tree.get(name);
  if (known) return known;
  const made: FieldTree = new Map();
  tree.set(name, made);
  return made;
}
