import { mapFetches } from './map-plan.ts';
import type { BatchFetchNode, FetchNode, Plan } from './plan.ts';

/**
 * Gives every fetch that has none the name of the operation it is part of: what a subgraph's traces and metrics know it
 * by. The same for all fetches of one operation from one subgraph, so that equal ones are still sent once.
 */
export function nameFetches(plan: Plan, operationName: string | undefined): Plan {
  return operationName === undefined ? plan : mapFetches(plan, (fetch) => namedFetch(fetch, operationName));
}

/** Its text begins with the kind of operation, or with the selections of a query. */
const beginning = /^\s*(?:(query|mutation|subscription)\s*(?=[({@]))?/;

function namedFetch<Node extends FetchNode | BatchFetchNode>(node: Node, name: string): Node {
  if (node.operationName !== undefined) return node;
  const operationName = `${name}__${node.subgraph.replace(/\W/g, '_')}`;
  const operation = node.operation.replace(
    beginning,
    (_all, kind: string | undefined) => `${kind ?? 'query'} ${operationName}`,
  );
  return { ...node, operation, operationName };
}
