import type {
  FetchDataRewrite,
  FetchNode as ApolloFetch,
  PlanNode as ApolloNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { convertNode, type Words } from '../convert-node.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { FetchNode, PathSegment, Plan, RequiredSelection, Rewrite, RewriteStep } from '../plan.ts';

/** Apollo's plan in our words. */
export function planOfApollo({ node }: QueryPlan): Plan {
  if (!node) return {};
  if (node.kind !== 'Subscription') return { node: convertNode(node, words) };
  const primary = { ...fetchOf(node.primary), operationKind: 'subscription' } as const;
  return node.rest ? { primary, node: convertNode(node.rest, words) } : { primary };
}

const words: Words<ApolloNode, string | number> = {
  segmentOf,
  requestOf: (node) => (node.kind === 'Fetch' ? fetchOf(node) : undefined),
};

function fetchOf(node: ApolloFetch): FetchNode {
  if (node.contextRewrites?.length) {
    // Nor does the stock gateway fill them in; it sends the request without, and the answer is silently another.
    throw new PlanFailure('failed', 'Arguments with @fromContext are not supported');
  }
  return {
    kind: 'Fetch',
    subgraph: node.serviceName,
    ...withStableName(node.operation, node.operationName),
    operationKind: node.operationKind === 'mutation' ? 'mutation' : 'query',
    variables: node.variableUsages ?? [],
    requires: node.requires?.map(requiredOf),
    inputRewrites: node.inputRewrites?.map(rewriteOf),
    outputRewrites: node.outputRewrites?.map(rewriteOf),
  };
}

/**
 * The planner numbers its operation names (`Home__posts__3`), so no two fetches would ever be equal.
 * The number goes; the client's name and the subgraph's stay, for the subgraph's own logs.
 */
function withStableName(operation: string, operationName: string | undefined) {
  if (operationName === undefined) return { operation, operationName };
  const stable = operationName.replace(/__\d+$/, '');
  const start = operation.indexOf(operationName);
  return {
    operation: operation.slice(0, start) + stable + operation.slice(start + operationName.length),
    operationName: stable,
  };
}

/** Type conditions in paths (`field|[A,B]`) are a planner setting that is off. */
function segmentOf(step: string | number): PathSegment {
  return step === '@' ? { kind: 'list' } : { kind: 'field', key: String(step) };
}

function requiredOf(selection: QueryPlanSelectionNode): RequiredSelection {
  const selections = selection.selections?.map(requiredOf);
  if (selection.kind === 'InlineFragment') {
    return { kind: 'InlineFragment', typeCondition: selection.typeCondition, selections: selections ?? [] };
  }
  const key = selection.alias ?? selection.name;
  return { kind: 'Field', key, name: key, selections };
}

function rewriteOf(rewrite: FetchDataRewrite): Rewrite {
  const path = rewrite.path.map(stepOf);
  return rewrite.kind === 'ValueSetter'
    ? { kind: 'ValueSetter', path, value: rewrite.setValueTo }
    : { kind: 'KeyRenamer', path, to: rewrite.renameKeyTo };
}

const fragmentPrefix = '... on ';

function stepOf(step: string): RewriteStep {
  return step.startsWith(fragmentPrefix)
    ? { kind: 'types', types: [step.slice(fragmentPrefix.length)] }
    : { kind: 'field', key: step };
}
