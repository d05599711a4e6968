import { Kind } from 'graphql';
import { isRoot, type LintRule, outputTypes } from '../rule.ts';
import { innerName } from '../type-text.ts';

/**
 * `require-nullable-result-in-root`: held of single objects of queries. A failing root field that
 * cannot be null takes every other one down with it; payloads and connections carry their own errors.
 */
export const requireNullableResultInRoot: LintRule = {
  name: 'require-nullable-result-in-root',
  wants: 'A root query field that looks something up is nullable.',
  fix: 'Drop the `!` of its type.',
  check({ types, report }) {
    const entities = new Set(
      types
        .filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && hasKey(node))
        .map(({ name }) => name.value),
    );
    for (const { name, fields } of outputTypes(types))
      for (const field of isRoot(name) && name === 'Query' ? fields : []) {
        const isSingle = field.type.kind === Kind.NON_NULL_TYPE && field.type.type.kind === Kind.NAMED_TYPE;
        if (isSingle && entities.has(innerName(field.type)))
          report(
            field.type,
            `Query.${field.name.value}`,
            `Query.${field.name.value} looks up an entity but cannot be null.`,
          );
      }
  },
};

function hasKey(node: { readonly directives?: readonly { name: { value: string } }[] | undefined }): boolean {
  return node.directives?.some(({ name }) => name.value === 'key') ?? false;
}
