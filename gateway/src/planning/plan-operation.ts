import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, type OperationDefinitionNode } from 'graphql';

/** The planner of a supergraph, with the form of the API schema that it wants operations in. */
export interface Planning {
  readonly planner: QueryPlanner;
  readonly schema: Schema;
  readonly overrideLabels: readonly string[];
}

/** Plans a normalised operation. Throws a GraphQLError whatever went wrong in the planner. */
export function planOperation(
  { planner, schema, overrideLabels }: Planning,
  document: DocumentNode,
  labels: readonly string[],
): QueryPlan {
  const [{ selectionSet }] = document.definitions as [OperationDefinitionNode];
  // Everything may be under a constant @skip.
  if (selectionSet.selections.length === 0) return { kind: 'QueryPlan' };
  try {
    return planner.buildQueryPlan(operationFromDocument(schema, document), {
      overrideConditions: new Map(overrideLabels.map((label) => [label, labels.includes(label)])),
    });
  } catch (error) {
    throw error instanceof GraphQLError ? error : unplannable(error);
  }
}

export function unplannable(cause: unknown): GraphQLError {
  return new GraphQLError('The operation could not be planned.', {
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}
