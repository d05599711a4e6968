import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** One operation of a document, with the fragments that it uses. */
export function selectOperation(
  document: DocumentNode,
  operationName: string | undefined,
): { operation: OperationDefinitionNode; fragments: FragmentDefinitionNode[] } {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = operationName ? operations.filter((o) => o.name?.value === operationName) : operations;
  const [operation] = named;
  if (!operation)
    throw refusal(
      operationName ? `Unknown operation named "${operationName}".` : 'Must provide an operation.',
    );
  if (named.length > 1) throw refusal('Must provide operation name if query contains multiple operations.');
  return { operation, fragments: usedFragments(document, operation.selectionSet) };
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

function usedFragments(document: DocumentNode, root: SelectionSetNode): FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  if (!document.definitions.some(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)) return [];
  const pending = [root];
  for (const set of pending) {
    visit(set, {
      FragmentSpread({ name }) {
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name.value) continue;
          if (used.has(definition)) continue;
          used.add(definition);
          pending.push(definition.selectionSet);
        }
      },
    });
  }
  return [...used];
}
