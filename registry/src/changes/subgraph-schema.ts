import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  specifiedScalarTypes,
  type TypeDefinitionNode,
  visit,
} from 'graphql';

/**
 * A subgraph's own SDL as a schema, for comparison only: extensions become definitions, and the
 * directives of federation need no definition.
 */
export function subgraphSchema(document: DocumentNode): GraphQLSchema {
  const types = new Map<string, TypeDefinitionNode>();
  const rest: DefinitionNode[] = [];
  for (const node of document.definitions) {
    if (isTypeDefinitionNode(node) || isTypeExtensionNode(node)) {
      const definition = asDefinition(node);
      const known = types.get(node.name.value);
      types.set(node.name.value, known ? merge(known, definition) : definition);
    } else if (node.kind === Kind.DIRECTIVE_DEFINITION) rest.push(node);
  }
  const strangers = referencedNames(document).filter((name) => !types.has(name) && !isBuiltIn(name));
  return buildASTSchema(
    { kind: Kind.DOCUMENT, definitions: [...types.values(), ...rest, ...strangers.map(scalar)] },
    { assumeValidSDL: true, assumeValid: true },
  );
}

/** Types that federation brings along, such as `federation__FieldSet`, need no definition in a subgraph. */
function referencedNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, { NamedType: ({ name }) => void names.add(name.value) });
  return [...names];
}

function isBuiltIn(name: string): boolean {
  return specifiedScalarTypes.some((type) => type.name === name);
}

function scalar(name: string): TypeDefinitionNode {
  return { kind: Kind.SCALAR_TYPE_DEFINITION, name: { kind: Kind.NAME, value: name } };
}

/** The kinds of extensions are those of definitions with another ending. */
function asDefinition(node: DefinitionNode & { kind: string }): TypeDefinitionNode {
  const kind = node.kind.replace(/Extension$/, 'Definition');
  return { ...node, kind } as TypeDefinitionNode;
}

const parts = ['fields', 'values', 'types', 'interfaces'] as const;

function merge(one: TypeDefinitionNode, other: TypeDefinitionNode): TypeDefinitionNode {
  const merged: Record<string, unknown> = { ...one };
  for (const part of parts) {
    const joined = [...list(one, part), ...list(other, part)];
    if (joined.length > 0) merged[part] = joined;
  }
  const directives: ConstDirectiveNode[] = [...(one.directives ?? []), ...(other.directives ?? [])];
  return Object.assign(merged, { directives }) as unknown as TypeDefinitionNode;
}

function list(node: TypeDefinitionNode, part: (typeof parts)[number]): unknown[] {
  const value: unknown = Reflect.get(node, part);
  return Array.isArray(value) ? value : [];
}
