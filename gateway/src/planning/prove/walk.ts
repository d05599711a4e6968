import type { EntitySet, FetchNode, PlanNode, PlanPath } from '../plan.ts';
import { always, type Conj, withLiteral } from './conditions.ts';
import { fetchEntities } from './entities.ts';
import type { SubgraphFacts } from './facts.ts';
import type { ReadText, Text } from './read-text.ts';
import { type Request, renamesOf, select } from './select.ts';
import { below, type Branch, type Entry, isThere, type Item, type Seen, Unproven } from './state.ts';

export interface WalkOptions {
  /** The root of the data. */
  readonly entry: Entry;
  readonly subgraphs: ReadonlyMap<string, SubgraphFacts>;
  readonly labels: ReadonlySet<string>;
  readonly isSubtype: Request['isSubtype'];
  readonly readText: ReadText;
}

/** A place reached, with the answer that it is part of. */
interface Reached extends Seen {
  readonly item: Item | undefined;
}

/** Follows the nodes of a plan in the order in which they run. */
export function createWalk(options: WalkOptions): (node: PlanNode) => void {
  const { entry, subgraphs, isSubtype, readText } = options;

  function walk(node: PlanNode, path: PlanPath, when: Conj, branch: Branch | undefined): void {
    switch (node.kind) {
      case 'Fetch':
        if (node.requires) return entities(node, [onlySet(node, path)], when, branch);
        return rootFields(node, path, when, branch);
      case 'BatchFetch':
        return entities(node, node.sets, when, branch);
      case 'Flatten':
        return walk(node.node, [...path, ...node.path], when, branch);
      case 'Sequence':
        for (const child of node.nodes) walk(child, path, when, branch);
        return;
      case 'Parallel':
        return sideBySide(node.nodes, (child, side) => walk(child, path, when, side), branch);
      case 'Condition': {
        const [on, off] = [withLiteral(when, node.variable, true), withLiteral(when, node.variable, false)];
        if (node.ifClause && on) walk(node.ifClause, path, on, branch);
        if (node.elseClause && off) walk(node.elseClause, path, off, branch);
        return;
      }
      default:
        return node satisfies never;
    }
  }

  function requestOf(subgraph: string, { fragments }: Text, branch: Branch | undefined): Request {
    const facts = subgraphs.get(subgraph);
    if (!facts) throw new Unproven(`There is no subgraph ${subgraph}`);
    return { subgraph, facts, fragments, branch, labels: options.labels, isSubtype };
  }

  function rootFields(node: FetchNode, path: PlanPath, when: Conj, branch: Branch | undefined): void {
    const text = readText(node.operation);
    const request = requestOf(node.subgraph, text, branch);
    for (const seen of reach(path, when)) {
      const local = request.facts.get(seen.entry.type);
      if (!local) throw new Unproven(`${node.subgraph} has no ${seen.entry.type}`);
      const spot = { when: seen.when, provided: [], renames: renamesOf(node.outputRewrites) };
      select(seen.entry, local, text.selections, spot, request);
    }
  }

  function entities(
    node: Extract<PlanNode, { kind: 'Fetch' | 'BatchFetch' }>,
    sets: readonly EntitySet[],
    when: Conj,
    branch: Branch | undefined,
  ): void {
    const text = readText(node.operation);
    const request = requestOf(node.subgraph, text, branch);
    // All sets are sent at once: none has what another brings.
    const reached = sets.map((set) => set.paths.flatMap((path) => reach(path, when)));
    sideBySide(
      sets.map((set, i) => ({ set, places: reached[i] ?? [] })),
      ({ set, places }, side) => {
        const field = text.selections.find(
          (one) => one.kind === 'Field' && (one.alias ?? one.name).value === set.alias,
        );
        const selections = field?.kind === 'Field' ? (field.selectionSet?.selections ?? []) : [];
        for (const { item, ...seen } of places) {
          if (item) fetchEntities(seen, item, set, selections, { ...request, branch: side });
        }
      },
      branch,
    );
  }

  function reach(path: PlanPath, when: Conj): Reached[] {
    let reached: Reached[] = [{ entry, when, item: undefined }];
    for (const segment of path) {
      if (segment.kind === 'list') continue;
      reached = reached.flatMap((one): Reached[] => {
        if (segment.kind === 'types') {
          return segment.types.some((type) => isSubtype(type, one.entry.type)) ? [one] : [];
        }
        const item = isThere(one.entry, segment.key);
        return item ? below(item, one.when).map((seen) => ({ ...seen, item })) : [];
      });
    }
    return reached;
  }

  return (node) => walk(node, [], always, undefined);
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
