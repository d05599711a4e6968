import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { type FieldTree, merge, type Requirements } from './requirements.ts';
import type { VirtualField } from '../virtual-fields.ts';

export interface SplitRules {
  readonly requirements: Requirements;
  readonly virtualFields: ReadonlyMap<string, VirtualField>;
}

interface EntityField {
  readonly field: FieldNode;
  readonly type: string;
  readonly needs: FieldTree | undefined;
  /** The `@skip`s and `@include`s that it is under. */
  readonly conditions: string;
}

interface Group {
  readonly fields: Set<FieldNode>;
  readonly needs: FieldTree;
  readonly conditions: string;
}

/**
 * Makes several fetches of one whose fields cannot share a representation: because they need one field
 * with different arguments, or because what a skipped field needs has not been fetched, and the others
 * would go without an answer too. Nearly all fetches stay as they are.
 */
export function splitFetch(fetch: FetchNode, rules: SplitRules): FetchNode[] {
  if (!fetch.requires) return [fetch];
  const document = parse(fetch.operation, { noLocation: true });
  const groups = groupFields(entityFields(document, fetch.serviceName, rules), rules);
  if (groups.length < 2) return [fetch];
  const keys = rules.requirements.keysOf(fetch.serviceName);
  return groups.map((group) => {
    const others: FieldTree = new Map();
    for (const other of groups) if (other !== group) merge(others, other.needs);
    const own: FieldTree = new Map();
    for (const tree of [keys, group.needs]) merge(own, tree);
    return {
      ...fetchOnly(fetch, document, group.fields),
      requires: withoutOthers(fetch.requires ?? [], own, others),
    };
  });
}

/** The fetch with no other fields of its entities than these, of its parsed `document`. */
function fetchOnly(fetch: FetchNode, document: DocumentNode, fields: ReadonlySet<FieldNode>): FetchNode {
  const operation = keepFields(document, fields);
  const used = variablesOf(operation);
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(operation)),
    variableUsages: fetch.variableUsages?.filter((name) => used.has(name)) ?? [],
  };
}

/** The fields of the entities themselves: those of `_entities`' fragments. */
function entityFields(
  document: DocumentNode,
  subgraph: string,
  { requirements }: Pick<SplitRules, 'requirements'>,
): EntityField[] {
  function below(selections: readonly SelectionNode[], type: string, above: string): EntityField[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const conditions = above + (selection.directives ?? []).map(print).join('');
      if (selection.kind === Kind.FIELD) {
        return [
          {
            field: selection,
            type,
            needs: requirements.needsOf(subgraph, type, selection.name.value),
            conditions,
          },
        ];
      }
      return below(
        selection.selectionSet.selections,
        selection.typeCondition?.name.value ?? type,
        conditions,
      );
    });
  }
  const [operation] = document.definitions;
  const [entities] = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  return entities?.kind === Kind.FIELD ? below(entities.selectionSet?.selections ?? [], '', '') : [];
}

function groupFields(fields: readonly EntityField[], rules: SplitRules): Group[] {
  const groups: Group[] = [];
  for (const { field, needs, conditions } of fields) {
    if (!needs) continue;
    let group = groups.find((one) => one.conditions === conditions && !isConflict(one.needs, needs, rules));
    if (!group) groups.push((group = { fields: new Set(), needs: new Map(), conditions }));
    group.fields.add(field);
    merge(group.needs, needs);
  }
  for (const { field, needs, conditions } of fields) {
    if (needs) continue;
    const alike = groups.find((one) => one.conditions === '' || one.conditions === conditions);
    if (alike) alike.fields.add(field);
    else groups.push({ fields: new Set([field]), needs: new Map(), conditions: '' });
  }
  return groups;
}

/** Two virtual fields that stand for one real field in the same place. */
function isConflict(left: FieldTree, right: FieldTree, rules: SplitRules): boolean {
  const { virtualFields } = rules;
  for (const [name, below] of left) {
    const real = virtualFields.get(name)?.realName;
    for (const [other, belowOther] of right) {
      if (
        name === other
          ? isConflict(below, belowOther, rules)
          : real && real === virtualFields.get(other)?.realName
      ) {
        return true;
      }
    }
  }
  return false;
}

function withoutOthers(
  selections: readonly QueryPlanSelectionNode[],
  own: FieldTree,
  others: FieldTree,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      const inner = withoutOthers(selection.selections, own, others);
      return inner.length > 0 ? [{ ...selection, selections: inner }] : [];
    }
    const mine = own.get(selection.name);
    const theirs = others.get(selection.name);
    if (!theirs) return [selection];
    if (!mine) return [];
    return selection.selections
      ? [{ ...selection, selections: withoutOthers(selection.selections, mine, theirs) }]
      : [selection];
  });
}

function keepFields(document: DocumentNode, kept: ReadonlySet<FieldNode>): DocumentNode {
  let depth = 0;
  const pruned = visit(document, {
    Field: {
      enter(field) {
        depth++;
        // Below `_entities` (the first level) only the entities' own fields are chosen among.
        if (depth !== 2 || kept.has(field)) return undefined;
        depth--;
        return null;
      },
      leave() {
        depth--;
      },
    },
    InlineFragment: {
      leave: (fragment) => (fragment.selectionSet.selections.length === 0 ? null : undefined),
    },
  });
  const used = variablesOf(pruned);
  return visit(pruned, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
}

function variablesOf(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  visit(document, {
    // Definitions are not uses.
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return used;
}
