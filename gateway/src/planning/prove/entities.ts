import type { SelectionNode } from 'graphql';
import type { EntitySet, RequiredField, RequiredSelection } from '../plan.ts';
import type { FieldSet, LocalType } from './facts.ts';
import { renamesOf, type Request, select } from './select.ts';
import { below, createEntry, type Entry, isThere, type Item, signatureOf, Unproven } from './state.ts';

/** Adds what a set of entities brings to those that can be asked for. */
export function fetchEntities(
  entry: Entry,
  item: Item,
  set: EntitySet,
  selections: readonly SelectionNode[],
  request: Request,
): void {
  const sent = sentFor(set.requires, entry.type, request.isSubtype);
  if (sent.length === 0) return;
  const typename = sentTypename(set, entry.type, request);
  const local = request.facts.get(typename);
  if (!local) throw new Unproven(`${request.subgraph} was sent a ${typename}, which it does not know`);
  // Where something is not there, the entity is not asked for.
  if (!isWhole(entry, sent, request)) return;
  requireKey(entry, local, sent, request);
  const spot = {
    provided: [],
    renames: renamesOf(set.outputRewrites),
    isSent: (requires: FieldSet) => includes(sent, requires, entry, request),
  };
  if (local.kind === 'object') select(entry, local, selections, spot, request);
  else selectMembers(entry, item, local, selections, spot, request);
}

/** An interface's own subgraph says what a stand-in really is, if that is asked. */
function selectMembers(
  entry: Entry,
  item: Item,
  local: LocalType,
  selections: readonly SelectionNode[],
  spot: Parameters<typeof select>[3],
  request: Request,
): void {
  const members = [...local.members].flatMap((type) => request.facts.get(type) ?? []);
  const same = members.find(({ name }) => name === entry.type);
  if (same) return select(entry, same, selections, spot, request);
  const isTypeAsked = members.every((member) => {
    // Whatever it turns out to be, the subgraph must be able to answer.
    const tried = createEntry(member.name);
    select(tried, member, selections, spot, request);
    return tried.items.has('__typename');
  });
  if (!isTypeAsked) return select(entry, local, selections, spot, request);
  for (const member of members) {
    item.productions.push({ branch: request.branch, members: local.members });
    select(realEntry(item, entry, member.name), member, selections, spot, request);
  }
}

/** What the stand-in has, its real object has. */
function realEntry(item: Item, standIn: Entry, type: string): Entry {
  let real = item.entries.get(type);
  if (!real) item.entries.set(type, (real = createEntry(type)));
  if (!standIn.real.includes(real)) standIn.real.push(real);
  for (const [key, one] of standIn.items) {
    if (key !== '__typename' && !real.items.has(key)) real.items.set(key, one);
  }
  return real;
}

/** All that is sent of an entity of this type, side by side. */
export function sentFor(
  requires: readonly RequiredSelection[],
  type: string,
  isSubtype: Request['isSubtype'],
): RequiredField[] {
  return requires.flatMap((one): RequiredField[] => {
    if (one.kind === 'Field') return [one];
    const applies = one.typeCondition === undefined || isSubtype(one.typeCondition, type);
    return applies ? sentFor(one.selections, type, isSubtype) : [];
  });
}

function sentTypename({ inputRewrites }: EntitySet, type: string, { isSubtype }: Request): string {
  let name = type;
  for (const { path, ...rewrite } of inputRewrites ?? []) {
    const last = path.at(-1);
    if (rewrite.kind !== 'ValueSetter' || last?.kind !== 'field' || last.key !== '__typename') continue;
    const applies = path
      .slice(0, -1)
      .every((step) => step.kind === 'types' && step.types.some((one) => isSubtype(one, name)));
    if (applies) name = String(rewrite.value);
  }
  return name;
}

/** Whether all that is sent is there. */
function isWhole(entry: Entry, sent: readonly RequiredField[], request: Request): boolean {
  return sent.every(({ key, name, selections }) => {
    const item = isThere(entry, key);
    if (!item) return false;
    item.isSent = true;
    if (item.signature.split('(')[0] !== name) {
      throw new Unproven(`${entry.type}.${key} is sent as ${name} and is ${item.signature}`);
    }
    return (
      !selections ||
      below(item).every((one) => isWhole(one, sentFor(selections, one.type, request.isSubtype), request))
    );
  });
}

function requireKey(entry: Entry, local: LocalType, sent: readonly RequiredField[], request: Request): void {
  const usable = local.keys.filter(({ isResolvable }) => isResolvable);
  if (usable.some(({ fields }) => includes(sent, fields, entry, request))) return;
  const what = sent.map(({ name }) => name).join(' ');
  throw new Unproven(`${request.subgraph} resolves no ${local.name} by { ${what} }`);
}

/** Whether all of a field set, with its arguments, is among what is sent of an entity. */
function includes(sent: readonly RequiredField[], wanted: FieldSet, entry: Entry, request: Request): boolean {
  return wanted.every((selection) => {
    if (selection.kind === 'FragmentSpread') return false;
    if (selection.kind === 'InlineFragment') {
      const condition = selection.typeCondition?.name.value;
      if (condition !== undefined && !request.isSubtype(condition, entry.type)) return true;
      return includes(sent, selection.selectionSet.selections, entry, request);
    }
    if (selection.name.value === '__typename') return true;
    const field = sent.find(({ name }) => name === selection.name.value);
    const item = field && entry.items.get(field.key);
    if (!item || item.signature !== signatureOf(selection)) return false;
    const inner = selection.selectionSet?.selections;
    if (!inner) return true;
    return [...item.entries.values()].every((child) => {
      const childSent = sentFor(field.selections ?? [], child.type, request.isSubtype);
      return includes(childSent, inner, child, request);
    });
  });
}
