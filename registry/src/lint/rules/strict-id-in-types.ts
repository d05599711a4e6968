import { Kind } from 'graphql';
import { directive, isRoot, type LintRule, textArgument } from '../rule.ts';

/** `strict-id-in-types`: held of entities, the types that a client keeps in its cache by id. */
export const strictIdInTypes: LintRule = {
  name: 'strict-id-in-types',
  wants: 'Every entity has a field `id: ID!`, by which clients cache it.',
  fix: 'Give the type `id: ID!`.',
  check({ types, report }) {
    for (const node of types) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || isRoot(node.name.value)) continue;
      if (textArgument(directive(node, 'key'), 'fields') === undefined) continue;
      const id = node.fields?.find((field) => field.name.value === 'id');
      const isStrict =
        id?.type.kind === Kind.NON_NULL_TYPE &&
        id.type.type.kind === Kind.NAMED_TYPE &&
        id.type.type.name.value === 'ID';
      if (!isStrict) report(node.name, node.name.value, `Entity ${node.name.value} has no field "id: ID!".`);
    }
  },
};
