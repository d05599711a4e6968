import {
  buildASTSchema,
  type GraphQLSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionNode,
} from 'graphql';
import {
  graphNamesOf,
  isOn,
  joinGraph,
  selectionsOf,
  stringArgument,
} from '../../supergraph/schema/join-directives.ts';

/** A field that only subgraphs resolve which are sent others (`@requires`). */
export interface NeedyField {
  readonly subgraph: string;
  /** The field of Query in the changed supergraph that is an entity of its type, in its subgraph. */
  readonly root: string;
  readonly requires: readonly SelectionNode[];
  readonly key: readonly SelectionNode[];
}

export interface NeedsApart {
  /** The supergraph in which needy fields need nothing, for who sees to their needs himself. */
  readonly supergraph: DocumentNode;
  /** With the entries. */
  readonly schema: GraphQLSchema;
  needyField(type: string, field: string): NeedyField | undefined;
}

/** Takes `@requires` out of a supergraph, and gives each subgraph that had some an entry to its entities. */
export function setNeedsApart(supergraph: DocumentNode, queryType: string): NeedsApart {
  const subgraphs = new Map([...graphNamesOf(supergraph)].map(([name, graph]) => [graph, name]));
  const needy = new Map<string, NeedyField>();
  const roots = new Map<string, FieldDefinitionNode>();
  const changed = supergraph.definitions.map((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) return type;
    const fields = type.fields?.map((field) => {
      const resolving = joinsOf(field, 'join__field').filter(isResolving);
      const needing = resolving.filter((join) => stringArgument(join, 'requires') !== undefined);
      const [join] = needing;
      if (!join || resolving.some(isProgressive)) return field;
      // Where another subgraph needs nothing for it, that one is asked.
      if (needing.length < resolving.length) return without(field, (one) => needing.includes(one));
      const graph = joinGraph(join);
      const key = joinsOf(type, 'join__type').find((one) => joinGraph(one) === graph && isResolvableKey(one));
      const subgraph = subgraphs.get(graph);
      if (!key || subgraph === undefined) return field;
      const root = `at__${graph}__${type.name.value}`;
      roots.set(root, rootField(root, type.name.value, graph));
      needy.set(`${type.name.value}.${field.name.value}`, {
        subgraph,
        root,
        requires: selectionsOf(stringArgument(join, 'requires') ?? ''),
        key: selectionsOf(stringArgument(key, 'key') ?? ''),
      });
      const directives = (field.directives ?? []).flatMap((one) =>
        one === join ? withoutNeeds(one) : needing.includes(one) ? [] : one,
      );
      return { ...field, directives };
    });
    return fields ? { ...type, fields } : type;
  });
  const definitions = changed.map((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION && type.name.value === queryType
      ? { ...type, fields: [...(type.fields ?? []), ...roots.values()] }
      : type,
  );
  const apart: DocumentNode = { ...supergraph, definitions };
  return {
    supergraph: apart,
    schema: buildASTSchema(apart, { assumeValid: true, assumeValidSDL: true }),
    needyField: (type, field) => needy.get(`${type}.${field}`),
  };
}

type Joined = { readonly directives?: readonly ConstDirectiveNode[] | undefined };

function joinsOf({ directives }: Joined, name: string): ConstDirectiveNode[] {
  return (directives ?? []).filter((one) => one.name.value === name);
}

function isResolving(join: ConstDirectiveNode): boolean {
  return !isOn(join, 'external') && !isOn(join, 'usedOverridden');
}

function isProgressive(join: ConstDirectiveNode): boolean {
  return stringArgument(join, 'overrideLabel') !== undefined;
}

function isResolvableKey(join: ConstDirectiveNode): boolean {
  const resolvable = join.arguments?.find(({ name }) => name.value === 'resolvable')?.value;
  const isRefused = resolvable?.kind === Kind.BOOLEAN && !resolvable.value;
  return stringArgument(join, 'key') !== undefined && !isRefused && !isOn(join, 'isInterfaceObject');
}

function without(
  field: FieldDefinitionNode,
  isLeftOut: (join: ConstDirectiveNode) => boolean,
): FieldDefinitionNode {
  return { ...field, directives: (field.directives ?? []).filter((one) => !isLeftOut(one)) };
}

function withoutNeeds(join: ConstDirectiveNode): ConstDirectiveNode {
  return { ...join, arguments: join.arguments?.filter(({ name }) => name.value !== 'requires') ?? [] };
}

function rootField(name: string, type: string, graph: string): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: { kind: Kind.NAME, value: name },
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    directives: [
      {
        kind: Kind.DIRECTIVE,
        name: { kind: Kind.NAME, value: 'join__field' },
        arguments: [
          {
            kind: Kind.ARGUMENT,
            name: { kind: Kind.NAME, value: 'graph' },
            value: { kind: Kind.ENUM, value: graph },
          },
        ],
      },
    ],
  };
}
