import type {
  FetchDataRewrite,
  FetchNode as ApolloFetch,
  PlanNode as ApolloNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { PlanFailure } from '../plan-failure.ts';
import type {
  FetchNode,
  PathSegment,
  Plan,
  PlanNode,
  RequiredSelection,
  Rewrite,
  RewriteStep,
} from '../plan.ts';

type RealNameOf = (fieldName: string) => string;

/** Apollo's plan in our words, with the real names of virtual fields in what is sent. */
export function planOfApollo({ node }: QueryPlan, realNameOf: RealNameOf): Plan {
  if (!node) return {};
  if (node.kind !== 'Subscription') return { node: nodeOf(node, realNameOf) };
  const primary = { ...fetchOf(node.primary, realNameOf), operationKind: 'subscription' } as const;
  return node.rest ? { primary, node: nodeOf(node.rest, realNameOf) } : { primary };
}

function nodeOf(node: ApolloNode, realNameOf: RealNameOf): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return fetchOf(node, realNameOf);
    case 'Flatten':
      return { kind: 'Flatten', path: node.path.map(segmentOf), node: nodeOf(node.node, realNameOf) };
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => nodeOf(child, realNameOf)) };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        ifClause: node.ifClause && nodeOf(node.ifClause, realNameOf),
        elseClause: node.elseClause && nodeOf(node.elseClause, realNameOf),
      };
    case 'Defer':
      throw new PlanFailure('failed', 'The planner was asked not to plan @defer');
    default:
      return node satisfies never;
  }
}

function fetchOf(node: ApolloFetch, realNameOf: RealNameOf): FetchNode {
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
    requires: node.requires?.map((selection) => requiredOf(selection, realNameOf)),
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

function requiredOf(selection: QueryPlanSelectionNode, realNameOf: RealNameOf): RequiredSelection {
  const selections = selection.selections?.map((one) => requiredOf(one, realNameOf));
  if (selection.kind === 'InlineFragment') {
    return { kind: 'InlineFragment', typeCondition: selection.typeCondition, selections: selections ?? [] };
  }
  const key = selection.alias ?? selection.name;
  return { kind: 'Field', key, name: realNameOf(key), selections };
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
