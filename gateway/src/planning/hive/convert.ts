import type {
  EntityBatchAlias,
  FetchNode as HiveFetch,
  FetchNodePathSegment,
  FetchRewrite,
  FlattenNodePathSegment,
  PlanNode as HiveNode,
  QueryPlan,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import { type VirtualField, withRealFields } from '../virtual-fields.ts';
import { guarded } from './guarded.ts';
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

type VirtualFields = ReadonlyMap<string, VirtualField>;

/** Hive's plan in our words, virtual fields under their real names. Throws a PlanFailure for what we do not know. */
export function planOfHive({ node }: QueryPlan, virtualFields: VirtualFields): Plan {
  if (!node) return {};
  const [first, ...rest] = node.kind === 'Sequence' ? node.nodes : [node];
  if (first?.kind !== 'Subscription') return { node: nodeOf(node, virtualFields) };
  const primary = fetchOf(first.primary, 'subscription', virtualFields);
  return rest.length > 0
    ? { primary, node: nodeOf({ kind: 'Sequence', nodes: rest }, virtualFields) }
    : { primary };
}

function nodeOf(node: HiveNode, virtualFields: VirtualFields): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return guarded(fetchOf(node, node.operationKind ?? 'query', virtualFields));
    case 'BatchFetch':
      return {
        kind: 'BatchFetch',
        subgraph: node.serviceName,
        operation: withRealFields(node.operation, virtualFields),
        operationName: node.operationName,
        variables: node.variableUsages ?? [],
        sets: node.entityBatch.aliases.map((set) => setOf(set, virtualFields)),
      };
    case 'Flatten':
      return { kind: 'Flatten', path: node.path.map(segmentOf), node: nodeOf(node.node, virtualFields) };
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => nodeOf(child, virtualFields)) };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        ifClause: node.ifClause && nodeOf(node.ifClause, virtualFields),
        elseClause: node.elseClause && nodeOf(node.elseClause, virtualFields),
      };
    case 'Subscription':
    case 'Defer':
      throw new PlanFailure('failed', `Did not expect a node of kind ${node.kind} here`);
    default:
      throw new PlanFailure('failed', `Unknown node ${JSON.stringify(node satisfies never)}`);
  }
}

function fetchOf(
  node: HiveFetch,
  operationKind: FetchNode['operationKind'],
  virtualFields: VirtualFields,
): FetchNode {
  return {
    kind: 'Fetch',
    subgraph: node.serviceName,
    operation: withRealFields(node.operation, virtualFields),
    operationName: node.operationName,
    operationKind,
    variables: node.variableUsages ?? [],
    requires: node.requires?.map((one) => requiredOf(one, virtualFields)),
    inputRewrites: node.inputRewrites?.map(rewriteOf),
    outputRewrites: node.outputRewrites?.map(rewriteOf),
  };
}

function setOf(set: EntityBatchAlias, virtualFields: VirtualFields): EntitySet {
  return {
    alias: set.alias,
    variable: set.representationsVariableName,
    paths: set.paths.map((path) => path.map(segmentOf)),
    requires: set.requires.map((one) => requiredOf(one, virtualFields)),
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
function requiredOf(selection: RequiresSelection, virtualFields: VirtualFields): RequiredSelection {
  switch (selection.kind) {
    case 'Field': {
      const name = selection.alias ?? selection.name;
      return {
        kind: 'Field',
        key: selection.name,
        name: virtualFields.get(name)?.realName ?? name,
        selections: selection.selections?.map((one) => requiredOf(one, virtualFields)),
      };
    }
    case 'InlineFragment':
      // Conditions are left out: what a condition hides was not fetched, so the whole is sent or the entity is not.
      return {
        kind: 'InlineFragment',
        typeCondition: selection.typeCondition,
        selections: selection.selections.map((one) => requiredOf(one, virtualFields)),
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
