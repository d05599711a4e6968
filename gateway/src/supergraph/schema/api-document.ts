import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NamedTypeNode,
  type NameNode,
} from 'graphql';
import { type Feature, inaccessibleName, isOfFeature } from './features.ts';

/**
 * What clients see of a supergraph: its SDL without what is inaccessible and without what its features brought.
 * Composition has seen to it that nothing that stays names what goes, but for members of unions and interfaces.
 */
export function apiDocumentOf(supergraph: DocumentNode, features: readonly Feature[]): DocumentNode {
  const hiding = inaccessibleName(features);
  const isHidden = ({ directives }: { directives?: readonly ConstDirectiveNode[] | undefined }) =>
    directives?.some(({ name }) => name.value === hiding) ?? false;
  const goneTypes = new Set<string>();
  for (const definition of supergraph.definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    const { value } = definition.name;
    if (isHidden(definition) || isOfFeature(features, value)) goneTypes.add(value);
  }

  const staying = (types: readonly NamedTypeNode[] = []) =>
    types.filter(({ name }) => !goneTypes.has(name.value));
  const bare = <Node extends { directives?: readonly ConstDirectiveNode[] | undefined }>(node: Node) => ({
    ...node,
    directives: node.directives?.filter(({ name }) => !isOfFeature(features, `@${name.value}`)) ?? [],
  });
  const inputs = (values: readonly InputValueDefinitionNode[] = []) =>
    values.filter((value) => !isHidden(value)).map(bare);
  const fields = (all: readonly FieldDefinitionNode[] = []) =>
    all
      .filter((field) => !isHidden(field))
      .map((field) => ({ ...bare(field), arguments: inputs(field.arguments) }));
  const values = (all: readonly EnumValueDefinitionNode[] = []) =>
    all.filter((value) => !isHidden(value)).map(bare);
  const isGone = ({ name }: { name: NameNode }) => goneTypes.has(name.value);

  function visible(definition: DefinitionNode): DefinitionNode[] {
    switch (definition.kind) {
      case Kind.SCHEMA_DEFINITION:
      case Kind.SCHEMA_EXTENSION: {
        const roots = definition.operationTypes?.filter(({ type }) => !goneTypes.has(type.name.value)) ?? [];
        return roots.length > 0 ? [{ ...bare(definition), operationTypes: roots }] : [];
      }
      case Kind.DIRECTIVE_DEFINITION: {
        // Whether these two may be used is the gateway's to say, whatever a subgraph knows of them.
        const isGateways = definition.name.value === 'defer' || definition.name.value === 'stream';
        if (isGateways || isOfFeature(features, `@${definition.name.value}`)) return [];
        return [{ ...definition, arguments: inputs(definition.arguments) }];
      }
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION:
        if (isGone(definition)) return [];
        return [
          {
            ...bare(definition),
            interfaces: staying(definition.interfaces),
            fields: fields(definition.fields),
          },
        ];
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.UNION_TYPE_EXTENSION:
        return isGone(definition) ? [] : [{ ...bare(definition), types: staying(definition.types) }];
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION:
        return isGone(definition) ? [] : [{ ...bare(definition), values: values(definition.values) }];
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      case Kind.INPUT_OBJECT_TYPE_EXTENSION:
        return isGone(definition) ? [] : [{ ...bare(definition), fields: inputs(definition.fields) }];
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_EXTENSION:
        return isGone(definition) ? [] : [bare(definition)];
      default:
        return [];
    }
  }
  return { kind: Kind.DOCUMENT, definitions: supergraph.definitions.flatMap(visible) };
}
