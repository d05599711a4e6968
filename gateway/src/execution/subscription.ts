import { Kind, type SelectionNode } from 'graphql';
import type { FetchNode } from '../planning/plan.ts';
import type { OperationSource } from './operation-source.ts';
import { restFieldsOf } from './rest-fields.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { CompiledSubscription } from './types.ts';

/** The upstream half of a subscription: what to open where, and how its events fit the rest of the plan. */
export function compileSubscription(
  primary: FetchNode,
  source: OperationSource,
): { subscription: CompiledSubscription; rewriteEvent: Rewrite | undefined } {
  const field = onlyField(source.operation.selectionSet.selections, source);
  if (!field) throw new Error('A subscription selects exactly one field');
  const { environment, plan } = source;
  return {
    subscription: {
      serviceName: primary.subgraph,
      url: environment.urlOf(primary.subgraph),
      operation: primary.operation,
      operationName: primary.operationName,
      operationKind: 'subscription',
      variableUsages: primary.variables.map(environment.clientVariableOf),
      responseShape: {
        fieldName: field.name.value,
        upstreamKey: source.dataKeyOf(field),
        clientKey: field.alias?.value ?? field.name.value,
      },
      hasRest: plan.node !== undefined,
      rest: restFieldsOf(plan.node, environment.types, environment.clientVariableOf),
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
