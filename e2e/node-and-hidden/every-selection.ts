import type { Member } from '@murmuration/testing';
import { getNamedType, type IntrospectionQuery, isLeafType, isNonNullType } from 'graphql';
import { assertInterfaceType, buildClientSchema, getIntrospectionQuery, type GraphQLField } from 'graphql';

/** The types of `Node`, each with every selection under which an object could be answered without its owner. */
export async function selectionsByType(viewer: Member): Promise<Map<string, string[]>> {
  const schema = buildClientSchema(await viewer.ask<IntrospectionQuery>(getIntrospectionQuery()));
  const node = assertInterfaceType(schema.getType('Node'));
  return new Map(
    schema.getPossibleTypes(node).map((type) => {
      const nullable = Object.values(type.getFields()).filter((field) => !isNonNullType(field.type));
      const each = nullable.map(selectionOf);
      const selections = ['__typename', 'id', each.join(' '), ...each];
      return [type.name, selections.map((selection) => `... on ${type.name} { ${selection} }`)];
    }),
  );
}

function selectionOf({ args, name, type }: GraphQLField<unknown, unknown>): string {
  const size = args.some((arg) => arg.name === 'first') ? '(first: 1)' : '';
  return `${name}${size}${isLeafType(getNamedType(type)) ? '' : ' { __typename }'}`;
}
