import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
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
  readonly selections: QueryPlanSelectionNode[] | undefined;
}

/** What a planner's name for a required field stands for in its subgraph. See planning/virtual-fields.ts. */
export type RealNameOf = (fieldName: string) => string;

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
 * equal ones are recognised. An entity that lacks something is left out: the earlier fetch that failed to
 * bring it has its error already.
 */
export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  types: TypeRelations,
  realNameOf: RealNameOf,
): Representer {
  const byType = new Map<string, TypeWriter>();
  function writerOf(typename: string): TypeWriter {
    let writer = byType.get(typename);
    if (!writer) {
      const groups = groupsFor(requires, typename, types);
      writer = { write: writerFor(groups, types, realNameOf), keys: leafKeys(groups) };
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

function leafKeys(groups: QueryPlanFieldNode[][]): string[] | undefined {
  const [only] = groups;
  if (!only || groups.length > 1 || only.some((field) => field.selections)) return undefined;
  const keys = only.map((field) => field.alias ?? field.name).filter((key) => key !== '__typename');
  return keys.some((key) => key in Object.prototype) ? undefined : keys;
}

/** The selection sets that apply to a type. Each stands or falls as a whole. */
function groupsFor(
  requires: readonly QueryPlanSelectionNode[],
  typename: string,
  types: TypeRelations,
): QueryPlanFieldNode[][] {
  const groups: QueryPlanFieldNode[][] = [];
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

function writerFor(groups: QueryPlanFieldNode[][], types: TypeRelations, realNameOf: RealNameOf): Writer {
  const hasTypename = (group: QueryPlanFieldNode[]) => group.some((field) => field.name === '__typename');
  if (!groups.some(hasTypename)) return () => undefined;
  const writeAll = writeFields(groups.flat(), types, realNameOf);
  if (groups.length === 1) return writeAll;
  const single = groups.map((group) => writeFields(group, types, realNameOf));
  return (entity) => {
    const all = writeAll(entity);
    if (all !== undefined) return all;
    const whole = groups.filter((_, i) => single[i]?.(entity) !== undefined);
    return whole.some(hasTypename) ? writeFields(whole.flat(), types, realNameOf)(entity) : undefined;
  };
}

function writeFields(nodes: QueryPlanFieldNode[], types: TypeRelations, realNameOf: RealNameOf): Writer {
  const fields = [...mergeFields(nodes, realNameOf).values()];
  const writers = fields.map((field) => compileField(field, types, realNameOf));
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

function mergeFields(nodes: QueryPlanFieldNode[], realNameOf: RealNameOf): Map<string, Field> {
  const merged = new Map<string, Field>();
  for (const node of nodes) {
    const key = node.alias ?? node.name;
    const before = merged.get(key);
    const selections =
      before?.selections || node.selections
        ? [...(before?.selections ?? []), ...(node.selections ?? [])]
        : undefined;
    merged.set(key, { key, prefix: `${JSON.stringify(realNameOf(key))}:`, selections });
  }
  return merged;
}

function compileField(field: Field, types: TypeRelations, realNameOf: RealNameOf): Writer {
  const { key, prefix } = field;
  const write = field.selections ? compileNested(field.selections, types, realNameOf) : writeLeaf;
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

/**
 * Nested objects may lack `__typename` when their type is certain; then only plain fields are selected.
 * Where fragments are, it is sent although the planner does not list it: without it the subgraph could not
 * tell what it was given.
 */
function compileNested(
  selections: QueryPlanSelectionNode[],
  types: TypeRelations,
  realNameOf: RealNameOf,
): (value: unknown) => string | undefined {
  if (selections.every((selection) => selection.kind === 'Field')) {
    const write = writeFields(selections, types, realNameOf);
    return (value) => (isJsonObject(value) ? write(value) : undefined);
  }
  const byType = new Map<string, Writer>();
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const typename = typeof value.__typename === 'string' ? value.__typename : '';
    let write = byType.get(typename);
    if (!write) {
      const named = typename === '' ? [] : [{ kind: 'Field', name: '__typename' } as const];
      write = writeFields([...named, ...groupsFor(selections, typename, types).flat()], types, realNameOf);
      if (typename === '' || types.isKnown(typename)) byType.set(typename, write);
    }
    return write(value);
  };
}
