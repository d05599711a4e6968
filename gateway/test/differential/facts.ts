import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { LocalSubgraph } from './local-subgraphs.ts';

export type SubgraphSdl = Pick<LocalSubgraph, 'name' | 'sdl'>;

/** What the subgraphs' SDL says beyond types: read once, asked by the generated world and the counters. */
export interface Facts {
  /** `Type.field` that takes part in some key. Such a value tells which entity it belongs to. */
  readonly keyFields: ReadonlySet<string>;
  /** Keys by type. */
  readonly keys: ReadonlyMap<string, readonly SelectionSetNode[]>;
  /** `Type.field` to what it requires. */
  readonly requires: ReadonlyMap<string, SelectionSetNode>;
  /** `Type.field` that some `@requires` reads. */
  readonly required: ReadonlySet<string>;
  /** `Type.field` that some subgraph declares non-null. */
  readonly neverNull: ReadonlySet<string>;
  /** `Type.field` whose subgraphs differ about null. */
  readonly disputed: ReadonlySet<string>;
  /** Interfaces that some subgraph sees as an object. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** Values that every subgraph with the enum knows. */
  readonly enumValues: ReadonlyMap<string, readonly string[]>;
  /** Types that every subgraph with the abstract type knows as members. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Directive uses by coordinate: `Type` or `Type.field`. */
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

type Fielded = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function factsOf(subgraphs: readonly SubgraphSdl[]): Facts {
  const documents = subgraphs.map(({ sdl }) => parse(sdl, { noLocation: true }));
  const keyFields = new Set<string>();
  const keys = new Map<string, SelectionSetNode[]>();
  const requires = new Map<string, SelectionSetNode>();
  const required = new Set<string>();
  const nullable = new Set<string>();
  const neverNull = new Set<string>();
  const interfaceObjects = new Set<string>();
  const directives = new Map<string, string[]>();
  const fieldTypes = fieldTypesOf(documents);

  function note(coordinate: string, name: string): void {
    directives.set(coordinate, [...(directives.get(coordinate) ?? []), name]);
  }

  for (const type of documents.flatMap(fielded)) {
    const typeName = type.name.value;
    for (const directive of type.directives ?? []) {
      note(typeName, describe(directive));
      if (directive.name.value === 'interfaceObject') interfaceObjects.add(typeName);
      const key = directive.name.value === 'key' ? argument(directive, 'fields') : undefined;
      if (key === undefined) continue;
      const set = selectionSet(key);
      keys.set(typeName, [...(keys.get(typeName) ?? []), set]);
      for (const coordinate of coordinatesIn(set, typeName, fieldTypes)) keyFields.add(coordinate);
    }
    for (const field of type.fields ?? []) {
      const coordinate = `${typeName}.${field.name.value}`;
      (field.type.kind === Kind.NON_NULL_TYPE ? neverNull : nullable).add(coordinate);
      for (const directive of field.directives ?? []) {
        note(coordinate, describe(directive, field));
        if (directive.name.value !== 'requires') continue;
        const set = selectionSet(argument(directive, 'fields') ?? '');
        requires.set(coordinate, set);
        for (const one of coordinatesIn(set, typeName, fieldTypes)) required.add(one);
      }
    }
  }
  return {
    keyFields,
    keys,
    requires,
    required,
    neverNull,
    disputed: new Set([...neverNull].filter((coordinate) => nullable.has(coordinate))),
    interfaceObjects,
    enumValues: commonEnumValues(documents),
    members: commonMembers(documents),
    directives,
  };
}

function fielded(document: DocumentNode): Fielded[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? [definition]
      : [],
  );
}

function describe(directive: ConstDirectiveNode, field?: FieldDefinitionNode): string {
  const name = directive.name.value;
  const fields = argument(directive, 'fields') ?? '';
  if (name === 'key') {
    if (fields.includes('{')) return '@key nested';
    return fields.trim().includes(' ') ? '@key compound' : '@key';
  }
  if (name === 'requires' && fields.includes('(')) return '@requires with arguments';
  if (name === 'requires' && fields.includes('...')) return '@requires on abstract types';
  if (name === 'override' && argument(directive, 'label') !== undefined) return '@override with label';
  return field && name === 'inaccessible' ? '@inaccessible field' : `@${name}`;
}

function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

export function selectionSet(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`No selection: ${text}`);
  return definition.selectionSet;
}

function fieldTypesOf(documents: DocumentNode[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const type of documents.flatMap(fielded)) {
    for (const field of type.fields ?? []) {
      let inner = field.type;
      while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
      types.set(`${type.name.value}.${field.name.value}`, inner.name.value);
    }
  }
  return types;
}

function coordinatesIn(set: SelectionSetNode, type: string, fieldTypes: Map<string, string>): string[] {
  return set.selections.flatMap((selection): string[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return coordinatesIn(selection.selectionSet, selection.typeCondition?.name.value ?? type, fieldTypes);
    }
    const coordinate = `${type}.${selection.name.value}`;
    const inner = selection.selectionSet
      ? coordinatesIn(selection.selectionSet, fieldTypes.get(coordinate) ?? '', fieldTypes)
      : [];
    return [coordinate, ...inner];
  });
}

function commonEnumValues(documents: DocumentNode[]): Map<string, string[]> {
  return intersect(
    documents.flatMap((document) =>
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.ENUM_TYPE_DEFINITION
          ? [[definition.name.value, definition.values?.map((value) => value.name.value) ?? []] as const]
          : [],
      ),
    ),
  );
}

function commonMembers(documents: DocumentNode[]): Map<string, string[]> {
  return intersect(
    documents.flatMap((document) =>
      document.definitions.flatMap((definition) => {
        const name = 'name' in definition ? (definition.name?.value ?? '') : '';
        if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
          return [[name, definition.types?.map((type) => type.name.value) ?? []] as const];
        }
        if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
        const objects = fielded(document).filter((type) => type.kind === Kind.OBJECT_TYPE_DEFINITION);
        const members = objects.filter((type) => type.interfaces?.some((one) => one.name.value === name));
        return [[name, members.map((type) => type.name.value)] as const];
      }),
    ),
  );
}

function intersect(lists: (readonly [string, readonly string[]])[]): Map<string, string[]> {
  const common = new Map<string, string[]>();
  for (const [name, values] of lists) {
    const before = common.get(name);
    common.set(name, before ? before.filter((value) => values.includes(value)) : [...values]);
  }
  for (const values of common.values()) values.sort();
  return common;
}
