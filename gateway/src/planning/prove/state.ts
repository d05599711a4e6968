import { type ArgumentNode, type FieldNode, print, type ValueNode } from 'graphql';

/** Thrown where a plan is not proven; the message says why. */
export class Unproven extends Error {}

/** One side of a Parallel. What it brings is not to be relied on beside it, only behind. */
export interface Branch {
  readonly parent: Branch | undefined;
  isHidden: boolean;
}

/** An answer of some field, there once its branch is through. */
export interface Production {
  readonly branch: Branch | undefined;
  /** The types that an object brought by it may be of; undefined for leaves. */
  readonly members: ReadonlySet<string> | undefined;
  /** The types that it may turn out to be of; as `members` but for a stand-in. */
  readonly covers?: ReadonlySet<string> | undefined;
  /** Where its value is missing, the object that it is asked of is null. */
  readonly isNonNull?: boolean;
  /** Of an entity's own field: the set that asks for it. What else it asks of the entity is lost with it, the entity is not. */
  readonly set?: Branch | undefined;
}

/** A key of the data fetched so far, for objects of one type. */
export interface Item {
  /** The field and its arguments. */
  readonly signature: string;
  readonly productions: Production[];
  /** The objects below, by their type. */
  readonly entries: Map<string, Entry>;
  /** Whether the operation selects it. */
  isAsked: boolean;
  /** Whether it is sent to a subgraph, as part of a key or of what a field requires. */
  isSent: boolean;
}

/** All objects of one type at one place. */
export interface Entry {
  readonly type: string;
  readonly items: Map<string, Item>;
  /** Of a stand-in for an interface: what it turned out to be. What is brought for it, they have. */
  readonly real: Entry[];
}

export function createEntry(type: string): Entry {
  return { type, items: new Map(), real: [] };
}

export function isVisible({ branch }: Production): boolean {
  for (let one = branch; one; one = one.parent) if (one.isHidden) return false;
  return true;
}

export function isThere(entry: Entry, key: string): Item | undefined {
  const item = entry.items.get(key);
  return item?.productions.some(isVisible) ? item : undefined;
}

/** Notes that a key is brought. Two different things under one key would be mixed. */
export function bring(entry: Entry, key: string, signature: string, production: Production): Item {
  let item = entry.items.get(key);
  if (!item) {
    item = { signature, productions: [], entries: new Map(), isAsked: false, isSent: false };
    entry.items.set(key, item);
  }
  if (item.signature !== signature) {
    throw new Unproven(`${entry.type}.${key} is both ${item.signature} and ${signature}`);
  }
  item.productions.push(production);
  for (const real of entry.real) if (!real.items.has(key)) real.items.set(key, item);
  for (const type of production.members ?? []) {
    if (!item.entries.has(type)) item.entries.set(type, createEntry(type));
  }
  return item;
}

/**
 * The objects that may stand below an item. A field that several subgraphs resolve is the same in each, so an object is
 * of a type that all who answer may answer.
 */
export function below({ entries, productions }: Item): Entry[] {
  const visible = productions.filter(isVisible);
  return [...entries.values()].filter(
    ({ type }) =>
      visible.some(({ members }) => members?.has(type)) &&
      visible.every(({ members, covers = members }) => covers?.has(type)),
  );
}

export function keyOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}

const signatures = new WeakMap<FieldNode, string>();

/** A field with its arguments in one order and form: how planners print them differs. */
export function signatureOf(field: FieldNode): string {
  if (!field.arguments?.length) return field.name.value;
  let text = signatures.get(field);
  if (text === undefined) {
    text = `${field.name.value}${argumentsText(field.arguments)}`;
    signatures.set(field, text);
  }
  return text;
}

function argumentsText(args: readonly ArgumentNode[]): string {
  const parts = args.map(({ name, value }) => `${name.value}:${valueText(value)}`).sort();
  return `(${parts.join(',')})`;
}

function valueText(value: ValueNode): string {
  switch (value.kind) {
    case 'StringValue':
      // Apollo's planner writes an ID as a number where it can.
      return /^-?\d+$/.test(value.value) ? value.value : JSON.stringify(value.value);
    case 'IntValue':
      return value.value;
    case 'FloatValue':
      return String(Number(value.value));
    case 'ListValue':
      return `[${value.values.map(valueText).join(',')}]`;
    case 'ObjectValue':
      return `{${value.fields
        .map((one) => `${one.name.value}:${valueText(one.value)}`)
        .sort()
        .join(',')}}`;
    default:
      return print(value);
  }
}
