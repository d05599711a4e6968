import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parseType,
  type SelectionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import {
  graphNamesOf,
  isOn,
  joinGraph,
  selectionsOf,
  stringArgument,
} from '../../supergraph/schema/join-directives.ts';

export type FieldSet = readonly SelectionNode[];

export interface LocalField {
  /** Name of its innermost type, as this subgraph has it. */
  readonly typeName: string;
  /** Without a value its object is null. */
  readonly isNonNull: boolean;
  /** Only named, not resolved: reachable where something `@provides` it. */
  readonly isExternal: boolean;
  readonly requires: FieldSet | undefined;
  readonly provides: FieldSet | undefined;
  /** When a progressive `@override` lets it be asked here. */
  readonly label: { readonly name: string; readonly isOn: boolean } | undefined;
  /** Arguments come from `@fromContext`. */
  readonly isContextual: boolean;
}

/** A type as one subgraph has it. */
export interface LocalType {
  readonly name: string;
  readonly kind: 'object' | 'abstract';
  /** An interface of the graph that this subgraph sees as one object type. */
  readonly isInterfaceObject: boolean;
  readonly keys: { readonly fields: FieldSet; readonly isResolvable: boolean }[];
  readonly fields: Map<string, LocalField>;
  /** What an object of the type may say it is: itself, or the members known here. */
  readonly members: Set<string>;
  /** What such an object may turn out to be: of an interface seen as an object, any type that implements it. */
  readonly covers: Set<string>;
}

export type SubgraphFacts = ReadonlyMap<string, LocalType>;

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

/** What a supergraph says of each subgraph, by the subgraph's name. */
export function subgraphFactsOf(supergraph: DocumentNode): Map<string, SubgraphFacts> {
  const types = supergraph.definitions.filter(isComposite);
  return new Map(
    [...graphNamesOf(supergraph)].map(([name, graph]) => [name, factsOf(graph, types)] as const),
  );
}

function isComposite(definition: DocumentNode['definitions'][number]): definition is Composite {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION
  );
}

function factsOf(graph: string, types: readonly Composite[]): SubgraphFacts {
  const facts = new Map<string, LocalType>();
  for (const type of types) {
    const joins = directivesOf(type, 'join__type', graph);
    if (joins.length > 0) facts.set(type.name.value, localType(type, joins, graph));
  }
  for (const type of types) {
    const name = type.name.value;
    for (const join of type.directives?.filter((one) => one.name.value === 'join__implements') ?? []) {
      const seen = facts.get(stringArgument(join, 'interface') ?? '');
      if (seen?.isInterfaceObject && type.kind === Kind.OBJECT_TYPE_DEFINITION) seen.covers.add(name);
    }
    if (!facts.has(name)) continue;
    for (const join of directivesOf(type, 'join__unionMember', graph)) {
      const member = stringArgument(join, 'member');
      if (member !== undefined) facts.get(name)?.members.add(member);
    }
    if (facts.get(name)?.kind !== 'object') continue;
    for (const join of directivesOf(type, 'join__implements', graph)) {
      facts.get(stringArgument(join, 'interface') ?? '')?.members.add(name);
    }
  }
  return facts;
}

function localType(type: Composite, joins: readonly ConstDirectiveNode[], graph: string): LocalType {
  const name = type.name.value;
  const isInterfaceObject = joins.some((join) => isOn(join, 'isInterfaceObject'));
  const isObject = type.kind === Kind.OBJECT_TYPE_DEFINITION || isInterfaceObject;
  const fields = new Map<string, LocalField>();
  const members = new Set(isObject ? [name] : []);
  for (const field of ('fields' in type && type.fields) || []) {
    const local = localField(field, graph);
    if (local) fields.set(field.name.value, local);
  }
  return {
    name,
    kind: isObject ? 'object' : 'abstract',
    isInterfaceObject,
    keys: joins.flatMap((join) => {
      const key = stringArgument(join, 'key');
      const isResolvable = !isOff(join, 'resolvable');
      return key === undefined ? [] : [{ fields: selectionsOf(key), isResolvable }];
    }),
    fields,
    members,
    covers: isInterfaceObject ? new Set(members) : members,
  };
}

/** Undefined when the subgraph has not got the field. Without any join directive all that have the type have it. */
function localField(field: FieldDefinitionNode, graph: string): LocalField | undefined {
  const all = (field.directives ?? []).filter(({ name }) => name.value === 'join__field');
  const [join] = directivesOf(field, 'join__field', graph);
  if (all.length > 0 && !join) return undefined;
  const type = join && stringArgument(join, 'type');
  const requires = join && stringArgument(join, 'requires');
  const provides = join && stringArgument(join, 'provides');
  const label = join && stringArgument(join, 'overrideLabel');
  const takesOver = join !== undefined && stringArgument(join, 'override') !== undefined;
  const localType = type === undefined ? field.type : parseType(type);
  return {
    typeName: namedType(localType),
    isNonNull: localType.kind === Kind.NON_NULL_TYPE,
    isExternal: join !== undefined && (isOn(join, 'external') || isOn(join, 'usedOverridden')),
    requires: requires === undefined ? undefined : selectionsOf(requires),
    provides: provides === undefined ? undefined : selectionsOf(provides),
    label: label === undefined ? undefined : { name: label, isOn: takesOver },
    isContextual: join?.arguments?.some(({ name }) => name.value === 'contextArguments') ?? false,
  };
}

function directivesOf(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
  graph: string,
): ConstDirectiveNode[] {
  return (node.directives ?? []).filter((one) => one.name.value === name && joinGraph(one) === graph);
}

function isOff(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && !value.value;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
