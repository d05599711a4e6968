import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

export interface SubgraphField {
  node: FieldDefinitionNode;
  /** Those of the definition or extension that the field stands in. */
  typeDirectives: readonly ConstDirectiveNode[];
}

export interface SubgraphType {
  isInterface: boolean;
  interfaces: Set<string>;
  directives: ConstDirectiveNode[];
  fields: Map<string, SubgraphField>;
}

export type SubgraphTypes = Map<string, SubgraphType>;

/** Object types and interfaces of one subgraph, definitions and extensions together. */
export function readTypes(typeDefs: DocumentNode): SubgraphTypes {
  const types: SubgraphTypes = new Map();
  for (const node of typeDefs.definitions) {
    const isInterface =
      node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_EXTENSION;
    if (!isInterface && node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION)
      continue;
    const known = types.get(node.name.value);
    const type: SubgraphType = known ?? {
      isInterface,
      interfaces: new Set(),
      directives: [],
      fields: new Map(),
    };
    const typeDirectives = node.directives ?? [];
    type.directives.push(...typeDirectives);
    for (const one of node.interfaces ?? []) type.interfaces.add(one.name.value);
    for (const field of node.fields ?? []) type.fields.set(field.name.value, { node: field, typeDirectives });
    types.set(node.name.value, type);
  }
  return types;
}

/** By its own name or with the prefix that an import leaves away. */
export function directivesOf(directives: readonly ConstDirectiveNode[] | undefined, name: string) {
  return (directives ?? []).filter(
    (one) => one.name.value === name || one.name.value === `federation__${name}`,
  );
}

/** A directive's argument when it is a string. */
export function textOf(directive: ConstDirectiveNode, argument: string): string | null {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

/** The type that a field gives, without lists and non-null. */
export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/**
 * Coordinates of what `@key`, `@provides` or `@requires` select, at every depth; a field of an interface stands for
 * those of its implementations too.
 */
export function selectedFields(types: SubgraphTypes, typeName: string, fields: string): string[] {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return walk(types, typeName, operation.selectionSet);
}

function walk(types: SubgraphTypes, typeName: string, { selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return walk(types, selection.typeCondition?.name.value ?? typeName, selection.selectionSet);
    }
    const name = selection.name.value;
    const owners = [typeName, ...implementationsOf(types, typeName)].filter((one) =>
      types.get(one)?.fields.has(name),
    );
    const given = types.get(typeName)?.fields.get(name)?.node.type;
    const below =
      selection.selectionSet && given ? walk(types, namedType(given), selection.selectionSet) : [];
    return [...owners.map((owner) => `${owner}.${name}`), ...below];
  });
}

function implementationsOf(types: SubgraphTypes, name: string): string[] {
  if (!types.get(name)?.isInterface) return [];
  return [...types].flatMap(([other, { interfaces }]) => (interfaces.has(name) ? [other] : []));
}
