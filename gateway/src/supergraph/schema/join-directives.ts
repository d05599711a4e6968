import { type ConstDirectiveNode, type DocumentNode, Kind, parse, type SelectionNode, visit } from 'graphql';

/** Labels of progressive `@override`s, as the supergraph carries them in `@join__field(overrideLabel:)`. */
export function overrideLabelsOf(supergraph: DocumentNode): string[] {
  const labels = new Set<string>();
  for (const directive of joinDirectives(supergraph)) {
    const label = stringArgument(directive, 'overrideLabel');
    if (label !== undefined) labels.add(label);
  }
  return [...labels].sort();
}

/** Every field name that plans may fetch although the client did not ask: of keys, requires and provides. */
export function internalNamesOf(supergraph: DocumentNode): Set<string> {
  const names = new Set<string>();
  for (const directive of joinDirectives(supergraph)) {
    for (const argument of ['key', 'requires', 'provides']) {
      const text = stringArgument(directive, argument);
      if (text !== undefined) for (const name of fieldNames(text)) names.add(name);
    }
  }
  return names;
}

/** Interfaces that some subgraph sees as one object type. */
export function interfaceObjectsOf(supergraph: DocumentNode): Set<string> {
  const names = supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION &&
    definition.directives?.some((one) => isOn(one, 'isInterfaceObject'))
      ? definition.name.value
      : [],
  );
  return new Set(names);
}

function fieldNames(selection: string): string[] {
  const names: string[] = [];
  visit(parse(`{ ${selection} }`, { noLocation: true }), {
    Field: (field) => {
      names.push(field.name.value);
    },
  });
  return names;
}

function joinDirectives(supergraph: DocumentNode): ConstDirectiveNode[] {
  const found: ConstDirectiveNode[] = [];
  visit(supergraph, {
    Directive(directive) {
      if (directive.name.value.startsWith('join__')) found.push(directive as ConstDirectiveNode);
    },
  });
  return found;
}

export function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Whether a flag of a directive is set. */
export function isOn(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

/** The subgraphs of a supergraph, and where they are. */
export function subgraphsOf(supergraph: DocumentNode): { name: string; url: string | undefined }[] {
  return joinGraphs(supergraph).map(({ directive, subgraph: name }) => ({
    name,
    url: stringArgument(directive, 'url') || undefined,
  }));
}

/** From a subgraph's name to its value of the enum `join__Graph`. */
export function graphNamesOf(supergraph: DocumentNode): Map<string, string> {
  return new Map(joinGraphs(supergraph).map(({ subgraph, value }) => [subgraph, value]));
}

/** What the enum `join__Graph` says of each subgraph. */
function joinGraphs(supergraph: DocumentNode) {
  const values = supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? [])
      : [],
  );
  return values.flatMap(({ name: { value }, directives = [] }) =>
    directives.flatMap((directive) => {
      const subgraph = stringArgument(directive, 'name');
      return subgraph === undefined ? [] : { subgraph, value, directive };
    }),
  );
}

/** The value of `join__Graph` that a join directive names. */
export function joinGraph(directive: ConstDirectiveNode): string {
  const value = directive.arguments?.find((argument) => argument.name.value === 'graph')?.value;
  return value?.kind === Kind.ENUM ? value.value : '';
}

/** The selections of a field set, as keys and requires are written. */
export function selectionsOf(text: string): readonly SelectionNode[] {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
}
