import { type DocumentNode, type FragmentDefinitionNode, Kind } from 'graphql';
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
    planText: source.planText,
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
function estimateBytes({ planText, textLength }: OperationSource): number {
  return 4_096 + 6 * planText.length + 20 * textLength;
}
