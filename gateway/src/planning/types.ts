import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { CancelSignal } from '../execution/cancel.ts';
import type { CompiledOperation, SubgraphFetcher } from '../execution/types.ts';
import type { OnRefusal } from './choose-plan.ts';
import type { PlannerOptions } from './create-planners.ts';
import type { Plan } from './plan.ts';
import type { PlannerName } from './planner.ts';

export interface GenerationOptions extends PlannerOptions {
  /** How the subgraphs of this generation are reached. */
  readonly fetcher: SubgraphFetcher;
  /** Default true. */
  readonly allowsIntrospection?: boolean | undefined;
  /** Called with every plan that is taken, as it will be executed: for tests, explanations and logs. */
  readonly onPlan?: (plan: Plan, operationName: string | undefined, planner: PlannerName) => void;
  /** Called when a planner's plan is not taken, or there is none, with the reason: for logs and tests. */
  readonly onRefusal?: OnRefusal;
}

export interface PlanOptions {
  /** Which operation of the document; without it the only one. */
  readonly operationName?: string | undefined;
  /** The document's syntax tree, where the caller has it. */
  readonly document?: DocumentNode | undefined;
  /** Whether the document is known to fit this supergraph. Default false. */
  readonly isValid?: boolean | undefined;
  /** Labels of `@override(label:)` that are on for this request; others are off. */
  readonly overrideLabels?: Iterable<string> | undefined;
  /** `switchesOn` of the operation, for this request's variables; others are off. */
  readonly switchesOn?: readonly string[] | undefined;
  /** `hashOf` the document's text, where the caller has it. */
  readonly documentKey?: string | undefined;
  /** Planning for this caller ends when it aborts, unless another caller waits for the same plan. */
  readonly signal?: CancelSignal | undefined;
  /** When by `performance.now()` the caller waits for a plan no longer. */
  readonly deadline?: number | undefined;
  /** Who asks. Callers take turns at a planner that others keep busy; without it they are all one. */
  readonly caller?: string | undefined;
}

/** One version of the supergraph with its own planners. What started on it ends on it. */
export interface Generation {
  /** Hash of the supergraph SDL. */
  readonly id: string;
  readonly supergraphSdl: string;
  readonly apiSchema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string | undefined }[];
  /** Every label that some `@override(label:)` of this supergraph names. */
  readonly overrideLabels: readonly string[];
  /**
   * Validates, plans, proves and compiles an operation; who asks for one that is being made waits for that. To remember
   * plans is the caller's affair. Rejects with InvalidDocument when the document does not fit, with a GraphQLError when
   * there is no plan, with what HTTP answers in `extensions.http` (see plan-failure.ts).
   */
  plan(text: string, options?: PlanOptions): Promise<CompiledOperation>;
  /**
   * Makes an operation again of the text of its plan (`planText` of CompiledOperation): of a plan that was proven on
   * this supergraph, for the same operation and the same switches. At once; no planner is asked.
   */
  compile(
    text: string,
    planText: string,
    options?: Pick<PlanOptions, 'document' | 'operationName' | 'switchesOn'>,
  ): CompiledOperation;
  /** Only validates. Rejects as `plan` does. */
  check(text: string, options?: PlanOptions): Promise<void>;
  /** Has the planner that is asked first load ahead of the first operation. */
  start(): void;
  /** Another serves from now on: its planners end as soon as what it admitted needs them no more. */
  retire(): void;
  /** Ends its planners. What runs goes on; what is planned is refused. */
  dispose(): void;
}
