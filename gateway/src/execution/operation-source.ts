import type { DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Plan } from '../planning/plan.ts';
import type { FetchEnvironment } from './compile-fetch.ts';
import type { Introspect, SubgraphFetcher } from './types.ts';

/** What an operation is compiled from. */
export interface OperationSource {
  readonly generationId: string;
  readonly apiSchema: GraphQLSchema;
  readonly fetcher: SubgraphFetcher;
  /** As the client wrote it: one operation with its fragments. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Where a field's value is in the fetched data, when not at its response key. */
  readonly dataKeyOf: (field: FieldNode) => string;
  readonly plan: Plan;
  /** The text that it came as. */
  readonly planText: string;
  /** Characters of the document, by which its memory is estimated. */
  readonly textLength: number;
  readonly environment: FetchEnvironment;
  /** Undefined where nothing is asked of the schema. */
  readonly introspect: Introspect | undefined;
  /** Boolean variables of `@skip` and `@include` for which it was planned; others are off. */
  readonly switchesOn: ReadonlySet<string>;
}
