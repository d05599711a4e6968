import type { SubscriptionNode } from '@apollo/query-planner';
import { Kind, type SelectionNode } from 'graphql';
import { withStableName } from './compile-fetch.ts';
import type { OperationSource } from './compile-operation.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { CompiledSubscription } from './types.ts';

/** The upstream half of a subscription: what to open where, and how its events fit the rest of the plan. */
export function compileSubscription(
  { primary, rest }: SubscriptionNode,
  source: OperationSource,
): { subscription: CompiledSubscription; rewriteEvent: Rewrite | undefined } {
  const operation = withStableName(primary.operation, primary.operationName);
  const field = onlyField(source.operation.selectionSet.selections, source);
  if (!field) throw new Error('A subscription selects exactly one field');
  const { environment } = source;
  return {
    subscription: {
      serviceName: primary.serviceName,
      url: environment.urlOf(primary.serviceName),
      operation: operation.text,
      operationName: operation.name,
      operationKind: 'subscription',
      variableUsages: (primary.variableUsages ?? []).map(environment.clientVariableOf),
      responseShape: {
        fieldName: field.name.value,
        upstreamKey: source.dataKeyOf(field),
        clientKey: field.alias?.value ?? field.name.value,
      },
      hasRest: rest !== undefined,
    },
    rewriteEvent: compileRewrites(primary.outputRewrites, environment.types),
  };
}

function onlyField(selections: readonly SelectionNode[], source: OperationSource): FieldOf | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (!selection.name.value.startsWith('__')) return selection;
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : source.document.definitions.find(
            (d) => d.kind === Kind.FRAGMENT_DEFINITION && d.name.value === selection.name.value,
          );
    const found =
      fragment && 'selectionSet' in fragment && onlyField(fragment.selectionSet.selections, source);
    if (found) return found;
  }
  return undefined;
}

type FieldOf = Extract<SelectionNode, { kind: Kind.FIELD }>;
