import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

type Answer = Readonly<Record<string, unknown>>;
type Introspect = (variables: Readonly<Record<string, unknown>> | undefined) => Answer;

/** Answers the `__schema` and `__type` of an operation from the API schema; undefined when it has none. */
export function compileIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Introspect | undefined {
  const selections = onlyIntrospection(operation.selectionSet.selections, fragments);
  if (selections.length === 0) return undefined;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...fragments.values(),
    ],
  };
  const operationName = operation.name?.value;
  const hasVariables = (operation.variableDefinitions?.length ?? 0) > 0;
  let constant: Answer | undefined;
  return (variables) => {
    if (constant) return constant;
    const { data } = executeSync({ schema, document, operationName, variableValues: variables ?? {} });
    const answer = data ?? {};
    if (!hasVariables) constant = answer;
    return answer;
  };
}

/** Root fragments are inlined, so that their other fields can be left out. */
function onlyIntrospection(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === 'Field') {
      return selection.name.value === '__schema' || selection.name.value === '__type' ? [selection] : [];
    }
    const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
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
