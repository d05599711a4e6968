import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** The inspector prints the default of an enum as if it were a string; here it stands as in SDL. */
export function withPlainDefault(message: string, coordinate: string, schema: GraphQLSchema): string {
  return isEnumType(inputTypeAt(schema, coordinate)) ? message.replace(/"(\w+)"/g, '$1') : message;
}

function inputTypeAt(schema: GraphQLSchema, coordinate: string): GraphQLNamedType | undefined {
  const [, owner = '', member = '', argument] = /^(@?\w+)(?:\.(\w+))?(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = schema.getType(owner);
  const found = isInputObjectType(type)
    ? type.getFields()[member]
    : argumentsOf(schema, owner, member).find(({ name }) => name === argument);
  return found && getNamedType(found.type);
}

function argumentsOf(schema: GraphQLSchema, owner: string, member: string) {
  if (owner.startsWith('@')) return schema.getDirective(owner.slice(1))?.args ?? [];
  const type = schema.getType(owner);
  return isObjectType(type) || isInterfaceType(type) ? (type.getFields()[member]?.args ?? []) : [];
}
