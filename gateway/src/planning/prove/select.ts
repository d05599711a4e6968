import type { FieldNode, FragmentDefinitionNode, SelectionNode } from 'graphql';
import type { Rewrite, RewriteStep } from '../plan.ts';
import type { FieldSet, LocalField, LocalType, SubgraphFacts } from './facts.ts';
import { type Branch, bring, type Entry, keyOf, signatureOf, Unproven } from './state.ts';

/** What is known of one request while its text is walked. */
export interface Request {
  readonly subgraph: string;
  readonly facts: SubgraphFacts;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly branch: Branch | undefined;
  /** Labels of `@override` that are on. */
  readonly labels: ReadonlySet<string>;
  readonly isSubtype: (condition: string, type: string) => boolean;
}

/** Where in the answer the walk is. */
export interface Spot {
  /** What something above `@provides` here. */
  readonly provided: FieldSet;
  readonly renames: readonly Rename[];
  /** Of an entity: whether what a field requires is sent with it. */
  readonly isSent?: (requires: FieldSet) => boolean;
}

export interface Rename {
  readonly steps: readonly RewriteStep[];
  readonly to: string;
}

export function renamesOf(rewrites: readonly Rewrite[] | undefined): Rename[] {
  return (rewrites ?? []).flatMap((one) =>
    one.kind === 'KeyRenamer' ? [{ steps: one.path, to: one.to }] : [],
  );
}

/** Adds to an entry what a subgraph answers for it. Throws Unproven for what the subgraph would not answer rightly. */
export function select(
  entry: Entry,
  local: LocalType,
  selections: readonly SelectionNode[],
  spot: Spot,
  request: Request,
): void {
  for (const selection of selections) {
    if (selection.directives?.length) throw new Unproven('A request decides something by itself');
    if (selection.kind === 'Field') {
      selectField(entry, local, selection, spot, request);
      continue;
    }
    const fragment =
      selection.kind === 'InlineFragment' ? selection : request.fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (fragment && (condition === undefined || isOf(local, condition, request.facts))) {
      select(entry, local, fragment.selectionSet.selections, spot, request);
    }
  }
}

/** Whether the subgraph itself takes an object of the type for one of the other. */
export function isOf(local: LocalType, condition: string, facts: SubgraphFacts): boolean {
  return local.name === condition || (facts.get(condition)?.members.has(local.name) ?? false);
}

function selectField(entry: Entry, local: LocalType, field: FieldNode, spot: Spot, request: Request): void {
  const name = field.name.value;
  const { key, renames } = renamed(keyOf(field), entry.type, spot.renames, request);
  const { branch } = request;
  if (name === '__typename') {
    bring(entry, key, '__typename', { branch, members: undefined });
    return;
  }
  const definition = local.fields.get(name);
  const providedBelow = providedFor(name, local, spot.provided, request.facts);
  const problem = problemOf(definition, providedBelow !== undefined, spot, request.labels);
  if (problem || !definition) {
    throw new Unproven(`${request.subgraph} was asked for ${local.name}.${name}: ${problem ?? 'unknown'}`);
  }
  const type = request.facts.get(definition.typeName);
  const item = bring(entry, key, signatureOf(field), {
    branch,
    isNonNull: definition.isNonNull && !isKeyField(local, name),
    set: spot.isSent && branch,
    members: type?.members,
    covers: type?.covers,
  });
  if (!type) return;
  for (const child of type.members) {
    const below = item.entries.get(child);
    const localChild = request.facts.get(child);
    if (!below || !localChild) continue;
    const selections = field.selectionSet?.selections ?? [];
    const provided = [...(providedBelow ?? []), ...(definition.provides ?? [])];
    select(below, localChild, selections, { renames, provided }, request);
  }
}

/** By its keys an object is known: who has it has them. */
function isKeyField({ keys }: LocalType, name: string): boolean {
  return keys.some(({ fields }) => fields.some((one) => one.kind === 'Field' && one.name.value === name));
}

function problemOf(
  definition: LocalField | undefined,
  isProvided: boolean,
  { isSent }: Spot,
  labels: ReadonlySet<string>,
): string | undefined {
  if (!definition) return 'it does not have it';
  const { isExternal, label, requires, isContextual } = definition;
  if (isExternal && !isProvided) return 'it is external there';
  if (label && labels.has(label.name) !== label.isOn) return 'it is overridden';
  if (isContextual) return 'its arguments come from a context';
  if (requires && !isExternal && !isSent?.(requires)) return 'what it requires is not sent';
  return undefined;
}

/** What is provided below a field; undefined when the field itself is not. */
function providedFor(
  name: string,
  local: LocalType,
  provided: FieldSet,
  facts: SubgraphFacts,
): FieldSet | undefined {
  const found: SelectionNode[] = [];
  let isProvided = false;
  for (const one of provided) {
    if (one.kind === 'Field') {
      if (one.name.value !== name) continue;
      isProvided = true;
      found.push(...(one.selectionSet?.selections ?? []));
    } else if (one.kind === 'InlineFragment') {
      const condition = one.typeCondition?.name.value;
      if (condition !== undefined && !isOf(local, condition, facts)) continue;
      const inner = providedFor(name, local, one.selectionSet.selections, facts);
      if (inner) {
        isProvided = true;
        found.push(...inner);
      }
    }
  }
  return isProvided ? found : undefined;
}

/** The key after the planner's output rewrites, and those that go on below it. */
function renamed(key: string, type: string, renames: readonly Rename[], { isSubtype }: Request) {
  let to = key;
  const below: Rename[] = [];
  for (const rename of renames) {
    const at = rename.steps.findIndex((step) => step.kind === 'field');
    const conditions = rename.steps.slice(0, at);
    const applies = conditions.every(
      (step) => step.kind === 'field' || step.types.some((condition) => isSubtype(condition, type)),
    );
    const step = rename.steps[at];
    if (!applies || step?.kind !== 'field' || step.key !== key) continue;
    if (at === rename.steps.length - 1) to = rename.to;
    else below.push({ ...rename, steps: rename.steps.slice(at + 1) });
  }
  return { key: to, renames: below };
}
