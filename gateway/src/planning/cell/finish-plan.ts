import { mapFetches } from '../map-plan.ts';
import type { BatchFetchNode, FetchNode, Plan } from '../plan.ts';
import { type ReadText, rootKeysIn } from '../prove/read-text.ts';

/**
 * Gives every fetch what it is known by. One that has no name gets that of the operation it is part of, for a subgraph's
 * traces and metrics: the same for all fetches of one operation from one subgraph, so that equal ones are still sent
 * once. One of root fields says their keys, for errors.
 */
export function finishPlan(plan: Plan, operationName: string | undefined, readText: ReadText): Plan {
  return mapFetches(plan, (fetch) => {
    const isOfRoot = fetch.kind === 'Fetch' && !fetch.requires;
    const known = isOfRoot ? { ...fetch, rootKeys: rootKeysIn(readText(fetch.operation)) } : fetch;
    return operationName === undefined ? known : namedFetch(known, operationName);
  });
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
