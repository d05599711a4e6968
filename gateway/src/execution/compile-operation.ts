import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { FetchEnvironment } from './compile-fetch.ts';
import { compilePlan, type Step } from './compile-plan.ts';
import { compileIntrospection } from './introspection.ts';
import { createRunner } from './run-operation.ts';
import { shapeVariants } from './shape/shape-variants.ts';
import { compileSubscription } from './subscription.ts';
import type { CompiledOperation, SubgraphFetcher } from './types.ts';

export interface OperationSource {
  readonly generationId: string;
  readonly apiSchema: GraphQLSchema;
  readonly fetcher: SubgraphFetcher;
  /** As the client wrote it: one operation with its fragments. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Where a field's value is in the fetched data, when not at its response key. */
  readonly dataKeyOf: (field: FieldNode) => string;
  readonly plan: QueryPlan;
  readonly environment: FetchEnvironment;
  /** Boolean variables that the gateway works out itself. */
  readonly derived: ReadonlyMap<string, (isOn: (variable: string) => boolean) => boolean>;
}

/** A plan and its operation, compiled into closures. Nothing of it changes afterwards. */
export function compileOperation(source: OperationSource): CompiledOperation {
  const { apiSchema, operation, document, plan } = source;
  const root = apiSchema.getRootType(operation.operation);
  if (!root) throw new Error(`The schema has no ${operation.operation} type`);
  const fragments = fragmentsOf(document);
  const { dataKeyOf } = source;
  const subscription = isSubscription(plan.node) ? plan.node : undefined;
  const primary = subscription && compileSubscription(subscription, source);
  const runner = createRunner({
    schema: apiSchema,
    operation,
    fetcher: source.fetcher,
    derived: source.derived,
    names: { root: operation.selectionSet, fragments, dataKeyOf },
    shapeFor: shapeVariants(root, operation.selectionSet, document, {
      schema: apiSchema,
      fragments,
      dataKeyOf,
    }),
    introspect: compileIntrospection(apiSchema, operation, fragments),
    step: stepOf(plan.node, source.environment),
    rewriteEvent: primary?.rewriteEvent,
  });
  return {
    generationId: source.generationId,
    apiSchema,
    kind: operation.operation,
    operationName: operation.name?.value,
    subscription: primary?.subscription,
    bytes: estimateBytes(source),
    run: runner.run,
    runRest: runner.runRest,
  };
}

function isSubscription(node: QueryPlan['node']): node is SubscriptionNode {
  return node?.kind === 'Subscription';
}

function stepOf(
  node: PlanNode | SubscriptionNode | undefined,
  environment: FetchEnvironment,
): Step | undefined {
  if (node?.kind === 'Subscription') return node.rest && compilePlan(node.rest, environment);
  return node && compilePlan(node, environment);
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

/** Texts are held two or three times (query, body, syntax tree), closures and shapes about as much again. */
function estimateBytes({ plan, document }: OperationSource): number {
  const nodes = JSON.stringify(plan).length;
  const text = document.loc ? document.loc.end - document.loc.start : 1_000;
  return 4_096 + 6 * nodes + 20 * text;
}
