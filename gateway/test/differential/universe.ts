import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Facts } from './facts.ts';
import { hash } from './random.ts';

/** An object of the generated world. `type` is what it is; `__typename` what the asked schema calls it. */
export interface WorldObject {
  readonly __typename: string;
  readonly type: string;
  readonly n: number;
  /** The representation by which a subgraph was asked for it. */
  readonly ref?: Readonly<Record<string, unknown>>;
}

/** Whether a field fails for an object. Both sides of the comparison ask the same question. */
export type FaultRule = (places: readonly string[], n: number) => boolean;

export interface Universe {
  /** The value of a field, as every subgraph and the merged schema answer it. Throws where a fault is injected. */
  resolve(parent: WorldObject, field: string, args: Readonly<Record<string, unknown>>): unknown;
  /** The entity that a representation names. */
  find(ref: Readonly<Record<string, unknown>>, inSubgraph: (type: string) => boolean): WorldObject;
  setFaults(rule: FaultRule): void;
}

const noRef = Symbol('required value missing');

/**
 * A world with no stored data: every value is a hash of its place. It does not matter which subgraph, or
 * the merged schema, is asked. A field with `@requires` hangs on the required values, which a subgraph
 * can only know from its representation: a wrong one shows as a wrong value.
 */
export function createUniverse(schema: GraphQLSchema, facts: Facts, seed: number): Universe {
  let hasFault: FaultRule = () => false;
  const numbering = numberTypes(facts);

  function pick(type: GraphQLOutputType, h: number): WorldObject {
    const named = getNamedType(type);
    const members = isAbstractType(named) ? (facts.members.get(named.name) ?? []) : [named.name];
    const name = members[h % members.length] ?? named.name;
    const { stride, offset } = numbering.get(name) ?? { stride: 1, offset: 0 };
    const isEntity = facts.keys.has(name) || stride > 1;
    return { __typename: name, type: name, n: isEntity ? stride * ((h >>> 8) % 4) + offset : h };
  }

  function generate(type: GraphQLOutputType, h: number, mayBeNull: boolean): unknown {
    if (isNonNullType(type)) return generate(type.ofType, h, false);
    if (mayBeNull && h % 9 === 0) return null;
    if (isListType(type)) {
      return Array.from({ length: (h >>> 4) % 4 }, (_, i) => generate(type.ofType, hash(h, i), true));
    }
    if (isEnumType(type)) {
      const values = facts.enumValues.get(type.name) ?? [];
      return values[h % values.length];
    }
    const named = getNamedType(type);
    if (isObjectType(named) || isAbstractType(named)) return pick(named, h);
    return scalar(named.name, h);
  }

  function fieldType(typeName: string, field: string): GraphQLOutputType {
    const type = schema.getType(typeName);
    const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
    if (!definition) throw new Error(`No field ${typeName}.${field} in the supergraph`);
    return definition.type;
  }

  /** A coordinate and those of the interfaces that may speak for it (an @interfaceObject declares it there). */
  function coordinates(type: string, field: string): string[] {
    const owner = schema.getType(type);
    const interfaces = isObjectType(owner)
      ? owner.getInterfaces().filter((one) => one.getFields()[field])
      : [];
    return [type, ...interfaces.map((one) => one.name)].map((name) => `${name}.${field}`);
  }

  function resolve(parent: WorldObject, field: string, args: Readonly<Record<string, unknown>>): unknown {
    const places = coordinates(parent.type, field);
    const type = fieldType(parent.type, field);
    if (places.some((place) => facts.keyFields.has(place))) return keyValue(type, field, parent.n);
    if (hasFault(places, parent.n)) throw new Error(`injected at ${parent.type}.${field}`);
    const requires = places.map((place) => facts.requires.get(place)).find((set) => set !== undefined);
    const known = requires ? JSON.stringify(requiredValues(requires, parent)) : '';
    const h = hash(seed, parent.type, parent.n, field, JSON.stringify(sorted(args)), known);
    return generate(type, h, !places.some((place) => facts.neverNull.has(place)));
  }

  function keyValue(type: GraphQLOutputType, field: string, n: number): unknown {
    const named = getNamedType(type);
    if (isObjectType(named)) return { __typename: named.name, type: named.name, n };
    return named.name === 'Int' ? n : `${field}#${n}`;
  }

  function requiredValues(set: SelectionSetNode, parent: WorldObject): unknown {
    const values = parent.ref ? project(set, parent.ref) : evaluate(set, parent);
    if (values === noRef) throw new Error('a required value is missing');
    return values;
  }

  /** The required selection, read from a representation. */
  function project(set: SelectionSetNode, ref: Readonly<Record<string, unknown>>): unknown {
    const values: Record<string, unknown> = {};
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? '';
        if (isMember(String(ref.__typename), condition))
          Object.assign(values, project(selection.selectionSet, ref));
      } else if (selection.kind === Kind.FIELD) {
        const { selectionSet: inner } = selection;
        values[selection.name.value] = inner
          ? deep(ref[selection.name.value], (one) => project(inner, one as Record<string, unknown>))
          : ref[selection.name.value];
      }
    }
    return values;
  }

  /** The required selection, as it really is. A failing nullable value is null, as in any GraphQL answer. */
  function evaluate(set: SelectionSetNode, parent: WorldObject): unknown {
    const values: Record<string, unknown> = {};
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? '';
        if (!isMember(parent.type, condition)) continue;
        const inner = evaluate(selection.selectionSet, parent);
        if (inner === noRef) return noRef;
        Object.assign(values, inner);
      } else if (selection.kind === Kind.FIELD) {
        const value = evaluateField(selection.name.value, selection, parent);
        if (value === noRef) return noRef;
        values[selection.name.value] = value;
      }
    }
    return values;
  }

  function evaluateField(
    field: string,
    node: Extract<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
    parent: WorldObject,
  ): unknown {
    const args = Object.fromEntries(
      (node.arguments ?? []).map((a) => [a.name.value, valueFromASTUntyped(a.value)]),
    );
    const isRequired = isNonNullType(fieldType(parent.type, field));
    try {
      const value = resolve(parent, field, withDefaults(parent.type, field, args));
      const { selectionSet: inner } = node;
      return inner ? deep(value, (one) => evaluate(inner, one as WorldObject)) : value;
    } catch (error) {
      if (isRequired) return noRef;
      if (error instanceof Error) return null;
      throw error;
    }
  }

  function withDefaults(type: string, field: string, args: Record<string, unknown>): Record<string, unknown> {
    const owner = schema.getType(type);
    const definition = isObjectType(owner) ? owner.getFields()[field] : undefined;
    const defaults = definition?.args.filter((arg) => arg.defaultValue !== undefined) ?? [];
    return { ...Object.fromEntries(defaults.map((arg) => [arg.name, arg.defaultValue])), ...args };
  }

  function isMember(type: string, condition: string): boolean {
    const abstract = schema.getType(condition);
    const object = schema.getType(type);
    if (type === condition) return true;
    return isAbstractType(abstract) && isObjectType(object) && schema.isSubType(abstract, object);
  }

  function find(ref: Readonly<Record<string, unknown>>, inSubgraph: (type: string) => boolean): WorldObject {
    const name = String(ref.__typename);
    const n = numberIn(ref, facts.keys.get(name) ?? []);
    const members = facts.members.get(name);
    const type = members ? (members[n % members.length] ?? name) : name;
    return { __typename: inSubgraph(type) ? type : name, type, n, ref };
  }

  return {
    resolve,
    find,
    setFaults(rule) {
      hasFault = rule;
    },
  };
}

/** Members of an interface that stands for entities share its numbers, each with every k-th of them. */
function numberTypes(facts: Facts): Map<string, { stride: number; offset: number }> {
  const numbering = new Map<string, { stride: number; offset: number }>();
  for (const [abstract, members] of facts.members) {
    if (!facts.keys.has(abstract)) continue;
    members.forEach((member, offset) => numbering.set(member, { stride: members.length, offset }));
  }
  return numbering;
}

function numberIn(ref: Readonly<Record<string, unknown>>, keys: readonly SelectionSetNode[]): number {
  for (const key of keys) {
    let value: unknown = ref;
    let set: SelectionSetNode | undefined = key;
    while (set) {
      const field = set.selections[0] as Extract<
        SelectionSetNode['selections'][number],
        { kind: Kind.FIELD }
      >;
      value = (value as Record<string, unknown> | undefined)?.[field.name.value];
      set = field.selectionSet;
    }
    if (typeof value === 'number') return value;
    const found = typeof value === 'string' ? /#(\d+)$/.exec(value)?.[1] : undefined;
    if (found !== undefined) return Number(found);
  }
  throw new Error(`No key in ${JSON.stringify(ref)}`);
}

function scalar(name: string, h: number): unknown {
  const isFalsy = h % 7 === 0;
  switch (name) {
    case 'Int':
      return isFalsy ? 0 : h % 1_000;
    case 'Float':
      return isFalsy ? 0 : (h % 1_000) / 4;
    case 'Boolean':
      return h % 2 === 0;
    case 'String':
    case 'ID':
      return isFalsy && name === 'String' ? '' : `v${h % 10_000}`;
    default:
      return { any: [h % 10, { deep: isFalsy ? null : 'x' }] };
  }
}

function deep(value: unknown, change: (one: unknown) => unknown): unknown {
  if (value === null || value === undefined) return value;
  if (!Array.isArray(value)) return change(value);
  const changed = value.map((one) => deep(one, change));
  return changed.includes(noRef) ? noRef : changed;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
