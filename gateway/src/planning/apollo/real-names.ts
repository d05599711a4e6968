import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { withRealFields } from '../virtual-fields.ts';
import { type SplitRules, splitFetch } from './split-fetch.ts';

/** Turns a plan of the planner, made on virtual fields, into one that subgraphs understand and all fields get answers of. */
export function withRealNames(plan: QueryPlan, rules: SplitRules): QueryPlan {
  if (!plan.node) return plan;
  if (plan.node.kind === 'Subscription') {
    const { primary, rest } = plan.node;
    const node = { kind: 'Subscription', primary: renameFetch(primary, rules) } as const;
    return { ...plan, node: rest ? { ...node, rest: renameNode(rest, rules) } : node };
  }
  return { ...plan, node: renameNode(plan.node, rules) };
}

function renameNode(node: PlanNode, rules: SplitRules): PlanNode {
  switch (node.kind) {
    case 'Fetch': {
      const parts = splitFetch(node, rules).map((part) => renameFetch(part, rules));
      return parts.length === 1 && parts[0] ? parts[0] : { kind: 'Parallel', nodes: parts };
    }
    case 'Flatten':
      return { ...node, node: renameNode(node.node, rules) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => renameNode(child, rules)) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause ? { ifClause: renameNode(node.ifClause, rules) } : {}),
        ...(node.elseClause ? { elseClause: renameNode(node.elseClause, rules) } : {}),
      };
    default:
      return node;
  }
}

function renameFetch(fetch: FetchNode, { virtualFields }: SplitRules): FetchNode {
  return { ...fetch, operation: withRealFields(fetch.operation, virtualFields) };
}
