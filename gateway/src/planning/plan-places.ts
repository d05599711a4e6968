import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, parse } from 'graphql';
import type { FieldTree, Requirements } from './requirements.ts';
import { type EntityField, entityFields } from './split-fetch.ts';

/** An entity fetch, where its entities stand, and the nodes above it, outermost first. */
export interface Place {
  readonly fetch: FetchNode;
  readonly path: string;
  readonly above: readonly PlanNode[];
  readonly document: DocumentNode;
  readonly fields: readonly EntityField[];
}

export function placesIn(root: PlanNode, requirements: Requirements): Place[] {
  const places: Place[] = [];
  const enter = (node: PlanNode, path: string, above: readonly PlanNode[]): void => {
    const below = [...above, node];
    switch (node.kind) {
      case 'Fetch': {
        if (!node.requires) return;
        const document = parse(node.operation, { noLocation: true });
        const fields = entityFields(document, node.serviceName, { requirements });
        places.push({ fetch: node, path, above, document, fields });
        return;
      }
      case 'Flatten':
        return enter(node.node, `${path}.${node.path.join('.')}`, below);
      case 'Sequence':
      case 'Parallel':
        for (const child of node.nodes) enter(child, path, below);
        return;
      case 'Condition':
        for (const child of [node.ifClause, node.elseClause]) if (child) enter(child, path, below);
        return;
      case 'Defer':
        return;
      default:
        return node satisfies never;
    }
  };
  enter(root, '', []);
  return places;
}

/** The plan with each node as `change` has it, from the outside in; nothing is left where nothing is to do. */
export function replaced(
  given: PlanNode,
  change: (node: PlanNode) => PlanNode | undefined,
): PlanNode | undefined {
  const node = change(given);
  switch (node?.kind) {
    case 'Flatten': {
      const inner = replaced(node.node, change);
      return inner && { ...node, node: inner };
    }
    case 'Sequence':
    case 'Parallel': {
      const nodes = node.nodes.flatMap((child) => replaced(child, change) ?? []);
      return nodes.length > 1 ? { ...node, nodes } : nodes[0];
    }
    case 'Condition': {
      const [ifClause, elseClause] = [node.ifClause, node.elseClause].map(
        (child) => child && replaced(child, change),
      );
      if (!ifClause && !elseClause) return undefined;
      const { kind, condition } = node;
      return { kind, condition, ...(ifClause && { ifClause }), ...(elseClause && { elseClause }) };
    }
    default:
      return node;
  }
}

/** Whether a fetch sends all of these with its entities. */
export function isSent({ requires }: FetchNode, needs: FieldTree): boolean {
  const names = new Set<string>();
  const collect = (selections: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'Field') names.add(selection.alias ?? selection.name);
      else collect(selection.selections);
    }
  };
  collect(requires ?? []);
  return [...needs.keys()].every((name) => names.has(name));
}

export function keyOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
