import type { PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isSent, keyOf, type Place, replaced } from './plan-places.ts';
import type { FieldTree, Requirements } from './requirements.ts';
import { type EntityField, fetchOnly } from './split-fetch.ts';

/** A field that needs others beside a key. */
export type NeedyField = EntityField & { readonly needs: FieldTree };

/**
 * Where nobody fetches the field rightly: what it needs is asked of a subgraph that has it, by the key that is
 * sent anyway, and sent along.
 */
export function withNeeds(
  root: PlanNode,
  place: Place,
  field: NeedyField,
  requirements: Requirements,
): PlanNode | undefined {
  const { document, fetch, fields } = place;
  const lost = fields.filter((one) => one.type === field.type && isLost(one, field, place, requirements));
  const found = new Set(lost.map((one) => keyOf(one.field)));
  if (![...field.needs.keys()].every((name) => found.has(name))) return undefined;
  for (const subgraph of commonResolvers(lost, requirements)) {
    const key = requirements.keySetsOf(subgraph, field.type).find((names) => isSent(fetch, names));
    if (!key) continue;
    const asked = {
      ...fetchOnly(fetch, document, new Set(lost.map((one) => one.field))),
      serviceName: subgraph,
    };
    const rest = new Set(fields.flatMap((one) => (lost.includes(one) ? [] : one.field)));
    const nodes: PlanNode[] = [
      { ...asked, requires: onlyOf(fetch.requires ?? [], field.type, key) },
      {
        ...fetchOnly(fetch, document, rest),
        requires: withFields(fetch.requires ?? [], field.type, [...found]),
      },
    ];
    return replaced(root, (node) => (node === fetch ? { kind: 'Sequence', nodes } : node));
  }
  return undefined;
}

function commonResolvers(fields: readonly EntityField[], requirements: Requirements): readonly string[] {
  const [first = [], ...others] = fields.map(({ field, type }) =>
    requirements.resolversOf(type, field.name.value),
  );
  return first.filter((name) => others.every((names) => names.includes(name)));
}

function onlyOf(
  selections: readonly QueryPlanSelectionNode[],
  type: string,
  names: FieldTree,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field')
      return selection.name === '__typename' || names.has(selection.name) ? [selection] : [];
    return selection.typeCondition === type
      ? [{ ...selection, selections: onlyOf(selection.selections, type, names) }]
      : [];
  });
}

function withFields(
  selections: readonly QueryPlanSelectionNode[],
  type: string,
  names: readonly string[],
): QueryPlanSelectionNode[] {
  const more = names.map((name): QueryPlanSelectionNode => ({ kind: 'Field', name }));
  return selections.map((selection) =>
    selection.kind === 'InlineFragment' && selection.typeCondition === type
      ? { ...selection, selections: [...selection.selections, ...more] }
      : selection,
  );
}

/** What the early field would need, asked of a subgraph that does not resolve it. */
export function isLost(
  { field, type }: EntityField,
  { needs }: Pick<NeedyField, 'needs'>,
  { fetch }: Place,
  requirements: Requirements,
): boolean {
  const isNeeded = needs.has(keyOf(field)) || needs.has(field.name.value);
  return isNeeded && requirements.isExternal(fetch.serviceName, type, field.name.value);
}
