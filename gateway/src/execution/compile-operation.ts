import { type DocumentNode, type FragmentDefinitionNode, Kind } from 'graphql';
import type { PlanNode } from '../planning/plan.ts';
import { compilePlan } from './compile-plan.ts';
import type { OperationSource } from './operation-source.ts';
import { createRunner } from './run-operation.ts';
import { compileRootShape } from './shape/compile-shape.ts';
import { compileSubscription } from './subscription.ts';
import type { CompiledOperation } from './types.ts';

/** A plan and its operation, compiled into closures. Nothing of it changes afterwards. */
export function compileOperation(source: OperationSource): CompiledOperation {
  const { apiSchema, operation, document, plan } = source;
  const root = apiSchema.getRootType(operation.operation);
  if (!root) throw new Error(`The schema has no ${operation.operation} type`);
  const fragments = fragmentsOf(document);
  const { dataKeyOf, switchesOn } = source;
  const subscription = plan.primary && compileSubscription(plan.primary, source);
  const runner = createRunner({
    schema: apiSchema,
    operation,
    fetcher: source.fetcher,
    names: { root: operation.selectionSet, fragments, dataKeyOf },
    shape: compileRootShape(root, operation.selectionSet, {
      schema: apiSchema,
      fragments,
      dataKeyOf,
      switchesOn,
    }),
    introspect: source.introspect,
    step: plan.node && compilePlan(plan.node, source.environment),
    rewriteEvent: subscription?.rewriteEvent,
  });
  return {
    generationId: source.generationId,
    apiSchema,
    kind: operation.operation,
    operationName: operation.name?.value,
    subscription: subscription?.subscription,
    bytes: estimateBytes(source),
    run: runner.run,
    runRest: runner.runRest,
  };
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

/** Texts are held two or three times (query, body, syntax tree), closures and shapes about as much again. */
function estimateBytes({ plan, textLength }: OperationSource): number {
  const planLength = (plan.node ? lengthOf(plan.node) : 0) + (plan.primary ? lengthOf(plan.primary) : 0);
  return 4_096 + 6 * planLength + 20 * textLength;
}

/** About what a plan would be as text. */
function lengthOf(node: PlanNode): number {
  switch (node.kind) {
    case 'Fetch':
      return lengthBeside + node.operation.length;
    case 'BatchFetch':
      return lengthBeside * node.sets.length + node.operation.length;
    case 'Flatten':
      return lengthOf(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.reduce((sum, child) => sum + lengthOf(child), 0);
    default:
      return node satisfies never;
  }
}

/** What a fetch has beside its text: where it goes, what it sends. */
const lengthBeside = 500;
