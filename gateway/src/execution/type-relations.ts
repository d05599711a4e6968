import { getNamedType, type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Questions about types that are asked for every entity, answered from memory after the first time. */
export interface TypeRelations {
  isSubtype(condition: string, typename: string): boolean;
  isObject(typename: string): boolean;
  isKnown(typename: string): boolean;
  /** Name of a field's innermost type. */
  typeOfField(typename: string, field: string): string | undefined;
}

/** Built on the whole supergraph, not the API schema: representations may name what clients cannot see. */
export function createTypeRelations(schema: GraphQLSchema): TypeRelations {
  const answers = new Map<string, Map<string, boolean>>();
  return {
    isSubtype(condition, typename) {
      if (condition === typename) return true;
      let known = answers.get(condition);
      if (!known) answers.set(condition, (known = new Map()));
      let answer = known.get(typename);
      if (answer === undefined) {
        answer = isSubtype(schema, condition, typename);
        // A subgraph chooses its `__typename`s: only those of the schema may take room here.
        if (schema.getType(typename)) known.set(typename, answer);
      }
      return answer;
    },
    isObject: (typename) => isObjectType(schema.getType(typename)),
    isKnown: (typename) => schema.getType(typename) !== undefined,
    typeOfField(typename, field) {
      const type = schema.getType(typename);
      const known = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
      return known && getNamedType(known.type).name;
    },
  };
}

function isSubtype(schema: GraphQLSchema, condition: string, typename: string): boolean {
  const abstract = schema.getType(condition);
  const type = schema.getType(typename);
  return isAbstractType(abstract) && (isObjectType(type) || isInterfaceType(type))
    ? schema.isSubType(abstract, type)
    : false;
}
