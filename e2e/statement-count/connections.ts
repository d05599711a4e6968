import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  isInterfaceType,
} from 'graphql';

/** A list of the schema, by the type that has it. */
export interface ListField {
  type: string;
  field: string;
  /** What is selected of each edge. */
  edge: string;
}

const isConnection = (field: GraphQLField<unknown, unknown>) =>
  getNamedType(field.type).name.endsWith('Connection');

/** Every connection that the schema has. */
export function listsOf(schema: GraphQLSchema): ListField[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => {
      const fields = Object.values((type as GraphQLObjectType).getFields());
      return fields
        .filter(isConnection)
        .map((field) => ({ type: type.name, field: field.name, edge: edgeOf(field) }));
    });
}

/** All that an edge and its node say by themselves, what they lead to, and the first few of the node's own lists. */
function edgeOf(list: GraphQLField<unknown, unknown>): string {
  const connection = getNamedType(list.type) as GraphQLObjectType;
  const edges = connection.getFields()['edges'];
  if (!edges) throw new Error(`${connection.name} has no edges`);
  const edge = getNamedType(edges.type) as GraphQLObjectType;
  const fields = Object.values(edge.getFields());
  return fields
    .map((field) => (field.name === 'node' ? `node { ${nodeOf(field)} }` : shallow(field)))
    .join(' ');
}

function nodeOf(field: GraphQLField<unknown, unknown>): string {
  const node = getNamedType(field.type) as GraphQLObjectType;
  return Object.values(node.getFields()).map(shallow).join(' ');
}

function shallow(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return field.name;
  if (isConnection(field)) return `${field.name}(first: 2) { edges { cursor node { __typename } } }`;
  const leaf = isObjectType(type) || isInterfaceType(type) ? leafOf(type.getFields()) : undefined;
  return `${field.name} { __typename ${leaf ?? ''} }`;
}

/** A field of its owner's, so that the owner is asked. */
function leafOf(fields: Record<string, GraphQLField<unknown, unknown>>): string | undefined {
  const leaves = Object.values(fields).filter((field) => isLeafType(getNamedType(field.type)));
  return (leaves.find(({ name }) => name !== 'id') ?? leaves[0])?.name;
}
