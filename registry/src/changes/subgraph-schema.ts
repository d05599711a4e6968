import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type TypeDefinitionNode,
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
  return buildASTSchema(
    { kind: Kind.DOCUMENT, definitions: [...types.values(), ...rest] },
    { assumeValidSDL: true, assumeValid: true },
  );
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
