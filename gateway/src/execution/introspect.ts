import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
} from 'graphql';
import { selectOperation } from '../operation/documents/select-operation.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * What an operation asks of the schema itself (`__schema`, `__type`), and nothing else of it. Its answer can be some
 * hundred times its question and takes as long: it is made in a planner's cell, and not remembered, for questions are as many as
 * callers like.
 */
export function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { operation, fragments } = selectOperation(document, operationName);
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const selections = onlyIntrospection(operation.selectionSet.selections, byName);
  const definitions = [
    { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const,
    ...fragments,
  ];
  const asked = { kind: Kind.DOCUMENT, definitions } as const;
  return executeSync({ schema, document: asked, variableValues: variables }).data ?? {};
}

/** Root fragments are inlined, so that their other fields can be left out. */
export function onlyIntrospection(
  selections: readonly SelectionNode[],
  fragments: Fragments,
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === '__schema' || selection.name.value === '__type' ? [selection] : [];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const kept = fragment ? onlyIntrospection(fragment.selectionSet.selections, fragments) : [];
    if (!fragment || kept.length === 0) return [];
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(fragment.typeCondition ? { typeCondition: fragment.typeCondition } : {}),
        directives: selection.directives ?? [],
        selectionSet: { kind: Kind.SELECTION_SET, selections: kept },
      },
    ];
  });
}
