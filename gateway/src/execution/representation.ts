import type { RequiredField, RequiredSelection } from '../planning/plan.ts';
import type { JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';
import type { TypeRelations } from './type-relations.ts';

/** Writes one value as JSON; undefined when something required is missing. */
type Writer = (source: JsonObject) => string | undefined;

interface Field {
  /** Where the value is in the data fetched so far. */
  readonly key: string;
  /** `"name":`, as the subgraph expects it. */
  readonly prefix: string;
  readonly selections: readonly RequiredSelection[] | undefined;
}

/** How entities become representations. */
export interface Representer {
  /** The JSON text that is sent. Undefined when the entity is of another type or lacks something. */
  readonly write: Writer;
  /** The data keys that tell the representations of a type apart; undefined when more than leaves do. */
  readonly keysOf: (typename: string) => readonly string[] | undefined;
}

interface TypeWriter {
  readonly write: Writer;
  readonly keys: readonly string[] | undefined;
}

/**
 * Compiles the `requires` of a fetch. The text of a representation is both what is sent and the key by which
 * equal ones are recognised. An entity that lacks something is left out; what it would have got has an error
 * when the answer is shaped.
 */
export function compileRepresentation(
  requires: readonly RequiredSelection[],
  types: TypeRelations,
): Representer {
  const byType = new Map<string, TypeWriter>();
  function writerOf(typename: string): TypeWriter {
    let writer = byType.get(typename);
    if (!writer) {
      const groups = groupsFor(requires, typename, types);
      writer = { write: writerFor(groups, types), keys: leafKeys(groups) };
      if (types.isKnown(typename)) byType.set(typename, writer);
    }
    return writer;
  }
  return {
    write: (entity) => {
      const typename = entity.__typename;
      return typeof typename === 'string' ? writerOf(typename).write(entity) : undefined;
    },
    keysOf: (typename) => writerOf(typename).keys,
  };
}

function leafKeys(groups: RequiredField[][]): string[] | undefined {
  const [only] = groups;
  if (!only || groups.length > 1 || only.some((field) => field.selections)) return undefined;
  const keys = only.map((field) => field.key).filter((key) => key !== '__typename');
  return keys.some((key) => key in Object.prototype) ? undefined : keys;
}

/** The selection sets that apply to a type. */
function groupsFor(
  requires: readonly RequiredSelection[],
  typename: string,
  types: TypeRelations,
): RequiredField[][] {
  const groups: RequiredField[][] = [];
  const own = requires.filter((selection) => selection.kind === 'Field');
  if (own.length > 0) groups.push(own);
  for (const selection of requires) {
    if (selection.kind === 'Field') continue;
    if (selection.typeCondition === undefined || types.isSubtype(selection.typeCondition, typename)) {
      groups.push(...groupsFor(selection.selections, typename, types));
    }
  }
  return groups;
}

/** All that is required of a type is sent or nothing is: with less, a subgraph would compute from what it was not told. */
function writerFor(groups: RequiredField[][], types: TypeRelations): Writer {
  const all = groups.flat();
  const isNamed = all.some((field) => field.name === '__typename');
  return isNamed ? writeFields(all, types) : () => undefined;
}

function writeFields(nodes: readonly RequiredField[], types: TypeRelations): Writer {
  const fields = [...mergeFields(nodes).values()];
  const writers = fields.map((field) => compileField(field, types));
  return (source) => {
    let text = '{';
    for (let i = 0; i < writers.length; i++) {
      const part = writers[i]?.(source);
      if (part === undefined) return undefined;
      text += i === 0 ? part : `,${part}`;
    }
    return `${text}}`;
  };
}

function mergeFields(nodes: readonly RequiredField[]): Map<string, Field> {
  const merged = new Map<string, Field>();
  for (const node of nodes) {
    const { key, name } = node;
    const before = merged.get(name);
    const selections =
      before?.selections || node.selections
        ? [...(before?.selections ?? []), ...(node.selections ?? [])]
        : undefined;
    merged.set(name, { key, prefix: `${JSON.stringify(name)}:`, selections });
  }
  return merged;
}

function compileField(field: Field, types: TypeRelations): Writer {
  const { key, prefix } = field;
  const write = field.selections ? compileNested(field.selections, types) : writeLeaf;
  return (source) => {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value === undefined) return undefined;
    const text = writeValue(value, write);
    return text === undefined ? undefined : prefix + text;
  };
}

function writeValue(value: unknown, write: (value: unknown) => string | undefined): string | undefined {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return write(value);
  let text = '[';
  for (let i = 0; i < value.length; i++) {
    const part = writeValue(value[i], write);
    if (part === undefined) return undefined;
    text += i === 0 ? part : `,${part}`;
  }
  return `${text}]`;
}

function writeLeaf(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function isPlain(selections: readonly RequiredSelection[]): selections is readonly RequiredField[] {
  return selections.every((selection) => selection.kind === 'Field');
}

/**
 * Nested objects may lack `__typename` when their type is certain; then only plain fields are selected.
 * Where fragments are, it is sent although the planner does not list it: without it the subgraph could not
 * tell what it was given.
 */
function compileNested(
  selections: readonly RequiredSelection[],
  types: TypeRelations,
): (value: unknown) => string | undefined {
  if (isPlain(selections)) {
    const write = writeFields(selections, types);
    return (value) => (isJsonObject(value) ? write(value) : undefined);
  }
  const byType = new Map<string, Writer>();
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const typename = value.__typename;
    if (typeof typename !== 'string') return undefined;
    let write = byType.get(typename);
    if (!write) {
      const named = { kind: 'Field', key: '__typename', name: '__typename' } as const;
      write = writeFields([named, ...groupsFor(selections, typename, types).flat()], types);
      if (types.isKnown(typename)) byType.set(typename, write);
    }
    return write(value);
  };
}
