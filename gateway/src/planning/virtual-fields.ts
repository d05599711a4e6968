import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { selectionsOf, stringArgument } from './join-directives.ts';

/** A field with fixed arguments that some `@requires` asks, under a name of its own. */
export interface VirtualField {
  readonly name: string;
  readonly realName: string;
  /** `(unit: KG)`, or nothing. */
  readonly argumentsText: string;
}

export interface VirtualFields {
  /** The supergraph with the virtual fields in place of what they stand for; for the planner only. */
  readonly supergraph: DocumentNode;
  readonly byName: ReadonlyMap<string, VirtualField>;
}

type TypeWithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * The planner fetches a required `price(currency: "USD")` under the key `price`, where it collides with
 * what the operation asks of `price`, or another `@requires` with other arguments: the stock gateway then
 * silently computes with the wrong value. So each such field becomes a field of its own for the planner,
 * and gets its real name back in the text that is sent.
 */
export function addVirtualFields(supergraph: DocumentNode): VirtualFields {
  const types = new Map<string, TypeWithFields>();
  for (const definition of supergraph.definitions) {
    if (hasFields(definition)) types.set(definition.name.value, definition);
  }
  const byName = new Map<string, VirtualField>();
  /** `Type.field` to the virtual fields to put beside it. */
  const additions = new Map<string, Set<VirtualField>>();

  function virtualFor(owner: string, field: string, argumentsText: string): string {
    const same = [...byName.values()].find((v) => v.realName === field && v.argumentsText === argumentsText);
    const virtual = same ?? { name: `${field}__req${byName.size}`, realName: field, argumentsText };
    byName.set(virtual.name, virtual);
    for (const type of types.values()) {
      const isOwner = type.name.value === owner || type.interfaces?.some((i) => i.name.value === owner);
      if (!isOwner || !fieldOf(type, field)) continue;
      const coordinate = `${type.name.value}.${field}`;
      additions.set(coordinate, (additions.get(coordinate) ?? new Set()).add(virtual));
    }
    return virtual.name;
  }

  function rewrite(selections: readonly SelectionNode[], owner: string, found: Set<string>): SelectionNode[] {
    return selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition?.name.value ?? owner;
        return withSelections(selection, rewrite(selection.selectionSet.selections, type, found));
      }
      const definition = fieldOf(types.get(owner), selection.name.value);
      if (!definition) return selection;
      const inner = selection.selectionSet
        ? withSelections(selection, rewrite(selection.selectionSet.selections, namedType(definition), found))
        : selection;
      if ((definition.arguments ?? []).length === 0) return inner;
      const name = virtualFor(owner, selection.name.value, printArguments(selection.arguments ?? []));
      found.add(name);
      return { ...inner, name: { kind: Kind.NAME, value: name }, arguments: [] };
    });
  }

  const rewritten = new Map<string, string>();
  for (const type of types.values()) {
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const requires = directive.name.value === 'join__field' && stringArgument(directive, 'requires');
        if (!requires) continue;
        const found = new Set<string>();
        const selections = rewrite(selectionsOf(requires), type.name.value, found);
        if (found.size === 0) continue;
        const text = stripIgnoredCharacters(selections.map(print).join(' '));
        rewritten.set(`${type.name.value} ${requires}`, text);
      }
    }
  }
  if (byName.size === 0) return { supergraph, byName };
  return { supergraph: withFields(supergraph, additions, rewritten), byName };
}

function hasFields(node: DocumentNode['definitions'][number]): node is TypeWithFields {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function fieldOf(type: TypeWithFields | undefined, name: string): FieldDefinitionNode | undefined {
  return type?.fields?.find((field) => field.name.value === name);
}

function namedType({ type }: FieldDefinitionNode): string {
  let inner = type;
  while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
  return inner.name.value;
}

function withSelections<T extends SelectionNode>(node: T, selections: SelectionNode[]): T {
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function printArguments(nodes: readonly { readonly name: { readonly value: string } }[]): string {
  if (nodes.length === 0) return '';
  const sorted = [...nodes].sort((a, b) => (a.name.value < b.name.value ? -1 : 1));
  return `(${sorted.map((node) => print(node as never)).join(', ')})`;
}

function withFields(
  supergraph: DocumentNode,
  additions: ReadonlyMap<string, ReadonlySet<VirtualField>>,
  rewritten: ReadonlyMap<string, string>,
): DocumentNode {
  const definitions = supergraph.definitions.map((definition) => {
    if (!hasFields(definition)) return definition;
    const type = definition.name.value;
    const fields = (definition.fields ?? []).flatMap((field) => {
      const directives = field.directives?.map((directive) => withRequires(directive, type, rewritten)) ?? [];
      const virtual = [...(additions.get(`${type}.${field.name.value}`) ?? [])].map(({ name }) => ({
        ...field,
        name: { kind: Kind.NAME, value: name } as const,
        arguments: [],
        directives,
      }));
      return [{ ...field, directives }, ...virtual];
    });
    return { ...definition, fields };
  });
  return { ...supergraph, definitions };
}

function withRequires(
  directive: ConstDirectiveNode,
  type: string,
  rewritten: ReadonlyMap<string, string>,
): ConstDirectiveNode {
  const text = stringArgument(directive, 'requires');
  const changed = text === undefined ? undefined : rewritten.get(`${type} ${text}`);
  if (changed === undefined) return directive;
  const args = directive.arguments?.map((argument) =>
    argument.name.value === 'requires'
      ? { ...argument, value: { kind: Kind.STRING, value: changed } as const }
      : argument,
  );
  return { ...directive, arguments: args ?? [] };
}

/** A subgraph request with the real names and arguments of virtual fields, each under the virtual name as its key. */
export function withRealFields(text: string, byName: ReadonlyMap<string, VirtualField>): string {
  if (![...byName.keys()].some((name) => text.includes(name))) return text;
  const document = visit(parse(text, { noLocation: true }), {
    Field(field): FieldNode | undefined {
      const virtual = byName.get(field.name.value);
      if (!virtual) return undefined;
      const [real] = selectionsOf(`${virtual.realName}${virtual.argumentsText}`);
      return {
        ...field,
        alias: field.alias ?? field.name,
        name: { kind: Kind.NAME, value: virtual.realName },
        arguments: real?.kind === Kind.FIELD ? (real.arguments ?? []) : [],
      };
    },
  });
  return stripIgnoredCharacters(print(document));
}
