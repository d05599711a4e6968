import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { VirtualField } from './virtual-fields.ts';

export interface RealNames {
  readonly byName: ReadonlyMap<string, VirtualField>;
  /** The virtual fields that a subgraph's field needs. */
  readonly neededBy: (subgraph: string, type: string, field: string) => ReadonlySet<string> | undefined;
}

/** Turns a plan on virtual fields into one that subgraphs understand. Plans without any are left alone. */
export function withRealNames(plan: QueryPlan, names: RealNames): QueryPlan {
  if (names.byName.size === 0 || !plan.node) return plan;
  if (plan.node.kind === 'Subscription') {
    const { primary, rest } = plan.node;
    const node = { kind: 'Subscription', primary: renameFetch(primary, names) } as const;
    return { ...plan, node: rest ? { ...node, rest: renameNode(rest, names) } : node };
  }
  return { ...plan, node: renameNode(plan.node, names) };
}

function renameNode(node: PlanNode, names: RealNames): PlanNode {
  switch (node.kind) {
    case 'Fetch': {
      const parts = splitFetch(node, names).map((part) => renameFetch(part, names));
      return parts.length === 1 && parts[0] ? parts[0] : { kind: 'Parallel', nodes: parts };
    }
    case 'Flatten':
      return { ...node, node: renameNode(node.node, names) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => renameNode(child, names)) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause ? { ifClause: renameNode(node.ifClause, names) } : {}),
        ...(node.elseClause ? { elseClause: renameNode(node.elseClause, names) } : {}),
      };
    default:
      return node;
  }
}

function renameFetch(fetch: FetchNode, { byName }: RealNames): FetchNode {
  if (![...byName.keys()].some((name) => fetch.operation.includes(name))) return fetch;
  const document = visit(parse(fetch.operation, { noLocation: true }), {
    Field(field): FieldNode | undefined {
      const virtual = byName.get(field.name.value);
      if (!virtual) return undefined;
      const [real] = fieldsOf(`{ ${virtual.realName}${virtual.argumentsText} }`);
      const alias = field.alias ?? field.name;
      return {
        ...field,
        alias,
        name: { kind: Kind.NAME, value: virtual.realName },
        arguments: real?.arguments ?? [],
      };
    },
  });
  return { ...fetch, operation: stripIgnoredCharacters(print(document)) };
}

function fieldsOf(text: string): FieldNode[] {
  const [definition] = parse(text, { noLocation: true }).definitions;
  const selections = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  return selections.filter((selection) => selection.kind === Kind.FIELD);
}

/**
 * A representation has room for one `price` only. When fields of one fetch need it with different
 * arguments, the fetch becomes several, each with the fields that agree.
 */
function splitFetch(fetch: FetchNode, names: RealNames): FetchNode[] {
  const required = virtualNames(fetch.requires ?? [], names);
  const realNames = [...required].map((name) => names.byName.get(name)?.realName);
  if (new Set(realNames).size === realNames.length) return [fetch];
  const document = parse(fetch.operation, { noLocation: true });
  const groups = groupFields(document, fetch.serviceName, names);
  return groups.map((needs, group) => {
    const others = new Set(groups.flatMap((other, i) => (i === group ? [] : [...other.needs])));
    const dropped = new Set([...others].filter((name) => !needs.needs.has(name)));
    return {
      ...fetch,
      requires: withoutFields(fetch.requires ?? [], dropped),
      operation: keepFields(document, needs.fields),
      variableUsages: fetch.variableUsages?.filter((name) => uses(document, needs.fields, name)) ?? [],
    };
  });
}

interface Group {
  readonly fields: Set<FieldNode>;
  readonly needs: Set<string>;
}

function groupFields(document: DocumentNode, subgraph: string, names: RealNames): Group[] {
  const groups: Group[] = [];
  for (const { field, type } of entityFields(document)) {
    const needs = names.neededBy(subgraph, type, field.name.value) ?? new Set<string>();
    const fitting = groups.find((group) => !conflicts(group.needs, needs, names));
    if (fitting) {
      fitting.fields.add(field);
      for (const need of needs) fitting.needs.add(need);
    } else groups.push({ fields: new Set([field]), needs: new Set(needs) });
  }
  return groups;
}

function conflicts(left: ReadonlySet<string>, right: ReadonlySet<string>, { byName }: RealNames): boolean {
  return [...left].some((a) =>
    [...right].some((b) => a !== b && byName.get(a)?.realName === byName.get(b)?.realName),
  );
}

/** The fields of the entities themselves, with the type on which they are selected. */
function entityFields(document: DocumentNode): { field: FieldNode; type: string }[] {
  const [operation] = document.definitions;
  const [entities] = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  if (entities?.kind !== Kind.FIELD) return [];
  return below(entities.selectionSet?.selections ?? [], '');
}

function below(selections: readonly SelectionNode[], type: string): { field: FieldNode; type: string }[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [{ field: selection, type }];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    return below(selection.selectionSet.selections, selection.typeCondition?.name.value ?? type);
  });
}

function keepFields(document: DocumentNode, kept: ReadonlySet<FieldNode>): string {
  const dropped = new Set(entityFields(document).flatMap(({ field }) => (kept.has(field) ? [] : [field])));
  const pruned = visit(document, {
    Field: (field) => (dropped.has(field) ? null : undefined),
    InlineFragment: {
      leave: (fragment) => (fragment.selectionSet.selections.length === 0 ? null : undefined),
    },
  });
  const used = variablesOf(pruned);
  const result = visit(pruned, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  return stripIgnoredCharacters(print(result));
}

function uses(document: DocumentNode, kept: ReadonlySet<FieldNode>, variable: string): boolean {
  return variablesOf(parse(keepFields(document, kept))).has(variable);
}

function variablesOf(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  const collect = { Variable: ({ name }: { name: { value: string } }) => void used.add(name.value) };
  for (const definition of document.definitions) {
    visit((definition as OperationDefinitionNode).selectionSet, collect);
    for (const directive of (definition as OperationDefinitionNode).directives ?? [])
      visit(directive, collect);
  }
  return used;
}

function virtualNames(selections: readonly QueryPlanSelectionNode[], names: RealNames): Set<string> {
  const found = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field' && names.byName.has(selection.name)) found.add(selection.name);
    for (const name of virtualNames(selection.selections ?? [], names)) found.add(name);
  }
  return found;
}

function withoutFields(
  selections: readonly QueryPlanSelectionNode[],
  dropped: ReadonlySet<string>,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      return [{ ...selection, selections: withoutFields(selection.selections, dropped) }];
    }
    if (dropped.has(selection.name)) return [];
    return [
      selection.selections
        ? { ...selection, selections: withoutFields(selection.selections, dropped) }
        : selection,
    ];
  });
}
