import type { PathSegment, PlanNode } from './plan.ts';
import { PlanFailure } from './plan-failure.ts';

interface Group<Node> {
  readonly kind: 'Sequence' | 'Parallel';
  readonly nodes: readonly Node[];
}

interface Flatten<Node, Step> {
  readonly kind: 'Flatten';
  readonly path: readonly Step[];
  readonly node: Node;
}

/** How a planner says its requests and paths; how they are put together both planners say alike. */
export interface Words<Node, Step> {
  /** Undefined for a node that is none. */
  requestOf(node: Node): PlanNode | undefined;
  segmentOf(step: Step): PathSegment;
}

/** A planner's node in our words. Throws a PlanFailure for what we do not know, conditions among it. */
export function convertNode<Node extends { readonly kind: string }, Step>(
  node: Node | Group<Node> | Flatten<Node, Step>,
  words: Words<Node, Step>,
): PlanNode {
  if (isGroup(node)) return { kind: node.kind, nodes: node.nodes.map((one) => convertNode(one, words)) };
  if (isFlatten(node)) {
    return { kind: 'Flatten', path: node.path.map(words.segmentOf), node: convertNode(node.node, words) };
  }
  const request = words.requestOf(node);
  if (request) return request;
  throw new PlanFailure('failed', `Did not expect a node of kind ${node.kind} here`);
}

function isGroup<Node extends { readonly kind: string }>(node: Node | Group<Node>): node is Group<Node> {
  return node.kind === 'Sequence' || node.kind === 'Parallel';
}

function isFlatten<Node extends { readonly kind: string }, Step>(
  node: Node | Flatten<Node, Step>,
): node is Flatten<Node, Step> {
  return node.kind === 'Flatten';
}
