import type { EntitySet, FetchNode, PlanNode, PlanPath } from '../plan.ts';
import { fetchEntities } from './entities.ts';
import type { SubgraphFacts } from './facts.ts';
import type { ReadText, Text } from './read-text.ts';
import { type Request, renamesOf, select } from './select.ts';
import { below, type Branch, type Entry, isThere, type Item, Unproven } from './state.ts';

export interface WalkOptions {
  /** The root of the data. */
  readonly entry: Entry;
  readonly subgraphs: ReadonlyMap<string, SubgraphFacts>;
  readonly labels: ReadonlySet<string>;
  readonly isSubtype: Request['isSubtype'];
  readonly readText: ReadText;
}

/** Objects reached, with the answer that they are part of. */
interface Reached {
  readonly entry: Entry;
  readonly item: Item | undefined;
}

/** Follows the nodes of a plan in the order in which they run. */
export function createWalk(options: WalkOptions): (node: PlanNode) => void {
  const { entry, subgraphs, isSubtype, readText } = options;

  function walk(node: PlanNode, path: PlanPath, branch: Branch | undefined): void {
    switch (node.kind) {
      case 'Fetch':
        if (node.requires) return entities(node, [onlySet(node, path)], branch);
        return rootFields(node, path, branch);
      case 'BatchFetch':
        return entities(node, node.sets, branch);
      case 'Flatten':
        return walk(node.node, [...path, ...node.path], branch);
      case 'Sequence':
        for (const child of node.nodes) walk(child, path, branch);
        return;
      case 'Parallel':
        return sideBySide(node.nodes, (child, side) => walk(child, path, side), branch);
      default:
        return node satisfies never;
    }
  }

  function requestOf(subgraph: string, { fragments }: Text, branch: Branch | undefined): Request {
    const facts = subgraphs.get(subgraph);
    if (!facts) throw new Unproven(`There is no subgraph ${subgraph}`);
    return { subgraph, facts, fragments, branch, labels: options.labels, isSubtype };
  }

  function rootFields(node: FetchNode, path: PlanPath, branch: Branch | undefined): void {
    const text = readText(node.operation);
    const request = requestOf(node.subgraph, text, branch);
    for (const { entry: reached } of reach(path)) {
      const local = request.facts.get(reached.type);
      if (!local) throw new Unproven(`${node.subgraph} has no ${reached.type}`);
      const spot = { provided: [], renames: renamesOf(node.outputRewrites) };
      select(reached, local, text.selections, spot, request);
    }
  }

  function entities(
    node: Extract<PlanNode, { kind: 'Fetch' | 'BatchFetch' }>,
    sets: readonly EntitySet[],
    branch: Branch | undefined,
  ): void {
    const text = readText(node.operation);
    const request = requestOf(node.subgraph, text, branch);
    // All sets are sent at once: none has what another brings.
    const reached = sets.map((set) => set.paths.flatMap((path) => reach(path)));
    sideBySide(
      sets.map((set, i) => ({ set, places: reached[i] ?? [] })),
      ({ set, places }, side) => {
        const field = text.selections.find(
          (one) => one.kind === 'Field' && (one.alias ?? one.name).value === set.alias,
        );
        const selections = field?.kind === 'Field' ? (field.selectionSet?.selections ?? []) : [];
        for (const { entry: reached, item } of places) {
          if (item) fetchEntities(reached, item, set, selections, { ...request, branch: side });
        }
      },
      branch,
    );
  }

  function reach(path: PlanPath): Reached[] {
    let reached: Reached[] = [{ entry, item: undefined }];
    for (const segment of path) {
      if (segment.kind === 'list') continue;
      reached = reached.flatMap((one): Reached[] => {
        if (segment.kind === 'types') {
          return segment.types.some((type) => isSubtype(type, one.entry.type)) ? [one] : [];
        }
        const item = isThere(one.entry, segment.key);
        return item ? below(item).map((found) => ({ entry: found, item })) : [];
      });
    }
    return reached;
  }

  return (node) => walk(node, [], undefined);
}

/** None of the sides sees what another brings, until all are through. */
function sideBySide<T>(
  parts: readonly T[],
  run: (part: T, side: Branch) => void,
  parent: Branch | undefined,
): void {
  const sides: Branch[] = [];
  for (const part of parts) {
    const side: Branch = { parent, isHidden: false };
    run(part, side);
    side.isHidden = true;
    sides.push(side);
  }
  for (const side of sides) side.isHidden = false;
}

function onlySet({ requires = [], inputRewrites, outputRewrites }: FetchNode, path: PlanPath): EntitySet {
  return {
    alias: '_entities',
    variable: 'representations',
    paths: [path],
    requires,
    inputRewrites,
    outputRewrites,
  };
}
