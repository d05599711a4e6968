import type { BatchFetchNode, FetchNode, Plan, PlanNode } from './plan.ts';

/** A node with each of those in it as `change` has them, from the inside out. */
export function mapNodes(node: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  const map = (child: PlanNode) => mapNodes(child, change);
  switch (node.kind) {
    case 'Fetch':
    case 'BatchFetch':
      return change(node);
    case 'Flatten':
      return change({ ...node, node: map(node.node) });
    case 'Sequence':
    case 'Parallel':
      return change({ ...node, nodes: node.nodes.map(map) });
    default:
      return node satisfies never;
  }
}

/** A plan with each of its requests as `change` has them. */
export function mapFetches(
  plan: Plan,
  change: <Node extends FetchNode | BatchFetchNode>(fetch: Node) => Node,
): Plan {
  const changeNode = (node: PlanNode) =>
    node.kind === 'Fetch' || node.kind === 'BatchFetch' ? change(node) : node;
  return {
    ...plan,
    ...(plan.node ? { node: mapNodes(plan.node, changeNode) } : {}),
    ...(plan.primary ? { primary: change(plan.primary) } : {}),
  };
}
