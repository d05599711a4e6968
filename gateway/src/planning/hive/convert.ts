import type {
  BatchFetchNode as HiveBatch,
  EntityBatchAlias,
  FetchNode as HiveFetch,
  FetchNodePathSegment,
  FetchRewrite,
  FlattenNodePathSegment,
  PlanNode as HiveNode,
  QueryPlan,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import { convertNode, type Words } from '../convert-node.ts';
import { PlanFailure } from '../plan-failure.ts';
import type {
  EntitySet,
  FetchNode,
  PathSegment,
  Plan,
  PlanNode,
  RequiredSelection,
  Rewrite,
  RewriteStep,
} from '../plan.ts';

/** Hive's plan in our words. Throws a PlanFailure for what we do not know. */
export function planOfHive({ node }: QueryPlan): Plan {
  if (!node) return {};
  const [first, ...rest] = node.kind === 'Sequence' ? node.nodes : [node];
  if (first?.kind !== 'Subscription') return { node: convertNode(node, words) };
  const primary = fetchOf(first.primary, 'subscription');
  return rest.length > 0
    ? {
        primary,
        node: convertNode<HiveNode, FlattenNodePathSegment>({ kind: 'Sequence', nodes: rest }, words),
      }
    : { primary };
}

const words: Words<HiveNode, FlattenNodePathSegment> = {
  segmentOf,
  requestOf(node) {
    if (node.kind === 'Fetch') return fetchOf(node, node.operationKind ?? 'query');
    return node.kind === 'BatchFetch' ? batchOf(node) : undefined;
  },
};

function batchOf(node: HiveBatch): PlanNode {
  return {
    kind: 'BatchFetch',
    subgraph: node.serviceName,
    operation: node.operation,
    operationName: node.operationName,
    variables: node.variableUsages ?? [],
    sets: node.entityBatch.aliases.map(setOf),
  };
}

function fetchOf(node: HiveFetch, operationKind: FetchNode['operationKind']): FetchNode {
  return {
    kind: 'Fetch',
    subgraph: node.serviceName,
    operation: node.operation,
    operationName: node.operationName,
    operationKind,
    variables: node.variableUsages ?? [],
    requires: node.requires?.map(requiredOf),
    inputRewrites: node.inputRewrites?.map(rewriteOf),
    outputRewrites: node.outputRewrites?.map(rewriteOf),
  };
}

function setOf(set: EntityBatchAlias): EntitySet {
  return {
    alias: set.alias,
    variable: set.representationsVariableName,
    paths: set.paths.map((path) => path.map(segmentOf)),
    requires: set.requires.map(requiredOf),
    inputRewrites: set.inputRewrites?.map(rewriteOf),
    outputRewrites: set.outputRewrites?.map(rewriteOf),
  };
}

function segmentOf(segment: FlattenNodePathSegment): PathSegment {
  if (segment === '@') return { kind: 'list' };
  if ('Field' in segment) return { kind: 'field', key: segment.Field };
  return { kind: 'types', types: segment.TypeCondition };
}

/** Hive's `name` is the key in the data, its `alias` what the subgraph is sent. */
function requiredOf(selection: RequiresSelection): RequiredSelection {
  switch (selection.kind) {
    case 'Field':
      return {
        kind: 'Field',
        key: selection.name,
        name: selection.alias ?? selection.name,
        selections: selection.selections?.map(requiredOf),
      };
    case 'InlineFragment':
      return {
        kind: 'InlineFragment',
        typeCondition: selection.typeCondition,
        selections: selection.selections.map(requiredOf),
      };
    default:
      throw new PlanFailure('failed', `Unknown part of a representation: ${selection.kind}`);
  }
}

function rewriteOf(rewrite: FetchRewrite): Rewrite {
  if ('KeyRenamer' in rewrite) {
    const { path, renameKeyTo } = rewrite.KeyRenamer;
    return { kind: 'KeyRenamer', path: path.map(stepOf), to: renameKeyTo };
  }
  const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite;
  return { kind: 'ValueSetter', path: path.map(stepOf), value: setValueTo };
}

function stepOf(step: FetchNodePathSegment): RewriteStep {
  return 'Key' in step ? { kind: 'field', key: step.Key } : { kind: 'types', types: step.TypenameEquals };
}
