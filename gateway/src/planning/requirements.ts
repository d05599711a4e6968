import { type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';
import { graphNamesOf, isOn, joinGraph, selectionsOf, stringArgument } from './join-directives.ts';

/** Names of fields, each with what is selected below it. Type conditions do not matter here. */
export interface FieldTree extends Map<string, FieldTree> {}

/** What entity fetches must send: keys, and for some fields more. */
export interface Requirements {
  /** What a subgraph's field needs beside a key; undefined for most. */
  needsOf(subgraph: string, type: string, field: string): FieldTree | undefined;
  keysOf(subgraph: string): FieldTree;
  /** Whether the subgraph only names the field and does not resolve it. */
  isExternal(subgraph: string, type: string, field: string): boolean;
  /** Subgraphs that say they resolve the field. */
  resolversOf(type: string, field: string): readonly string[];
  /** Each of a type's keys in a subgraph. */
  keySetsOf(subgraph: string, type: string): readonly FieldTree[];
  /** Whether any field needs something. */
  readonly hasNeeds: boolean;
}

export function requirementsOf(supergraph: DocumentNode): Requirements {
  const graphs = graphNamesOf(supergraph);
  const needs = new Map<string, FieldTree>();
  const keys = new Map<string, FieldTree>();
  const keySets = new Map<string, FieldTree[]>();
  const externals = new Set<string>();
  const resolvers = new Set<string>();
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
      if (key) {
        addSelections(selectionsOf(key), within(keys, graph));
        const own: FieldTree = new Map();
        addSelections(selectionsOf(key), own);
        keySets.set(`${graph} ${type}`, [...(keySets.get(`${graph} ${type}`) ?? []), own]);
      }
      const requires = node.name.value === 'join__field' && stringArgument(directive, 'requires');
      if (requires) addSelections(selectionsOf(requires), within(needs, `${graph} ${type}.${field}`));
      if (node.name.value === 'join__field' && graph)
        (isOn(directive, 'external') ? externals : resolvers).add(`${graph} ${type}.${field}`);
    },
  });
  return {
    needsOf: (subgraph, typeName, fieldName) => needs.get(`${graphs.get(subgraph)} ${typeName}.${fieldName}`),
    keysOf: (subgraph) => keys.get(graphs.get(subgraph) ?? '') ?? new Map(),
    isExternal: (subgraph, typeName, fieldName) =>
      externals.has(`${graphs.get(subgraph)} ${typeName}.${fieldName}`),
    resolversOf: (typeName, fieldName) =>
      [...graphs].flatMap(([name, graph]) =>
        resolvers.has(`${graph} ${typeName}.${fieldName}`) ? name : [],
      ),
    keySetsOf: (subgraph, typeName) => keySets.get(`${graphs.get(subgraph)} ${typeName}`) ?? [],
    hasNeeds: needs.size > 0,
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
