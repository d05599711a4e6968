import {
  type DirectiveNode,
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { mapNodes } from '../map-plan.ts';
import type { BatchFetchNode, FetchNode, Plan, PlanNode, PlanPath } from '../plan.ts';
import { guarded } from './guarded.ts';

/** What was planned, its conditions left out. */
export interface Planned {
  readonly selections: readonly SelectionNode[];
  readonly root: GraphQLCompositeType;
  readonly schema: GraphQLSchema;
  /** Whether a field is part of a key, and so may be needed whoever asks for it. */
  readonly isKey: (type: string, field: string) => boolean;
  /** Of the operation that it is of. */
  readonly definitions: readonly VariableDefinitionNode[];
}

/** What is asked at a place, of objects of a type. */
interface Place {
  readonly asked: readonly SelectionNode[];
  readonly type: GraphQLCompositeType;
}

interface Match {
  readonly field: FieldNode;
  readonly conditions: readonly DirectiveNode[];
}

/**
 * Puts the conditions of an operation into a plan that was made without them: a field is fetched under what all that
 * ask for it there have in common. Hive's planner forgets a condition where it has met the same one in another place.
 */
export function withConditions(plan: Plan, planned: Planned): Plan {
  const { schema } = planned;
  const top: Place = { asked: planned.selections, type: planned.root };
  const change = (node: PlanNode): PlanNode => {
    if (node.kind === 'Fetch' && !node.requires) return guarded(rewritten(node, () => [top]));
    if (node.kind === 'BatchFetch') {
      return rewritten(node, (alias) =>
        node.sets.flatMap((set) => (set.alias === alias ? set.paths.flatMap((path) => placesAt(path)) : [])),
      );
    }
    if (node.kind !== 'Flatten' || node.node.kind !== 'Fetch') return node;
    const places = placesAt(node.path);
    const fetch = rewritten(node.node, () => places);
    return underConditions({ ...node, node: fetch }, conditionsOfAll(node.node, places));
  };

  function placesAt(path: PlanPath): Place[] {
    let places = [top];
    for (const segment of path) {
      if (segment.kind === 'list') continue;
      places = places.flatMap(({ asked, type }): Place[] => {
        if (segment.kind === 'types') {
          return segment.types.flatMap((name) => {
            const narrower = compositeType(name);
            return narrower && doTypesOverlap(schema, narrower, type) ? [{ asked, type: narrower }] : [];
          });
        }
        const found = matches(asked, type, segment.key);
        const below = found[0] && fieldType(type, found[0].field);
        return below ? [{ asked: childrenOf(found), type: below }] : [];
      });
    }
    return places;
  }

  /** The operation's fields that may bring a key of an object of the type. */
  function matches(
    asked: readonly SelectionNode[],
    type: GraphQLCompositeType,
    key: string,
    above: readonly DirectiveNode[] = [],
  ): Match[] {
    return asked.flatMap((selection): Match[] => {
      const conditions = [...above, ...(selection.directives ?? [])];
      if (selection.kind === Kind.FIELD) {
        return keyOf(selection) === key ? [{ field: selection, conditions }] : [];
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const on = compositeType(selection.typeCondition?.name.value) ?? type;
      return doTypesOverlap(schema, on, type)
        ? matches(selection.selectionSet.selections, type, key, conditions)
        : [];
    });
  }

  function fieldType(type: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined {
    const field = 'getFields' in type ? type.getFields()[name.value] : undefined;
    const named = field && getNamedType(field.type);
    return isCompositeType(named) ? named : undefined;
  }

  function compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  function rewritten<Node extends FetchNode | BatchFetchNode>(
    fetch: Node,
    placesOf: (alias: string) => readonly Place[],
  ): Node {
    const { operation, fragments } = read(fetch.operation);
    const isRoot = fetch.kind === 'Fetch' && !fetch.requires;
    const selections = isRoot
      ? conditioned(operation.selectionSet.selections, placesOf(''), fragments)
      : operation.selectionSet.selections.map((one) =>
          one.kind === Kind.FIELD && one.selectionSet
            ? withSelections(one, conditioned(one.selectionSet.selections, placesOf(keyOf(one)), fragments))
            : one,
        );
    return withSelectionsOf(fetch, operation, selections);
  }

  function withSelectionsOf<Node extends FetchNode | BatchFetchNode>(
    fetch: Node,
    operation: OperationDefinitionNode,
    selections: readonly SelectionNode[],
  ): Node {
    const used = new Set<string>();
    const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
    visit(selectionSet, { Variable: ({ name }) => void used.add(name.value) });
    const own = operation.variableDefinitions ?? [];
    const more = planned.definitions.filter(
      ({ variable: { name } }) =>
        used.has(name.value) && !own.some((one) => one.variable.name.value === name.value),
    );
    const text = print({ ...operation, variableDefinitions: [...own, ...more], selectionSet });
    const variables = [...fetch.variables, ...more.map(({ variable }) => variable.name.value)];
    return { ...fetch, operation: stripIgnoredCharacters(text), variables };
  }

  function conditioned(
    selections: readonly SelectionNode[],
    places: readonly Place[],
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ): SelectionNode[] {
    return selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD) {
        const { value: name } = selection.name;
        const isInternal = name === '__typename' || places.some(({ type }) => planned.isKey(type.name, name));
        if (isInternal) return selection;
        const found = places.flatMap(({ asked, type }) => matches(asked, type, keyOf(selection)));
        if (!selection.selectionSet) return wrap(selection, commonOf(found));
        const below = places.flatMap(({ asked, type }): Place[] => {
          const inner = fieldType(type, selection);
          return inner ? [{ asked: childrenOf(matches(asked, type, keyOf(selection))), type: inner }] : [];
        });
        const whole = conditioned(selection.selectionSet.selections, below, fragments);
        return wrap(withSelections(selection, whole), commonOf(found));
      }
      // Fragments are written out: what is one to the planner may be under several conditions.
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) return selection;
      const on = compositeType(fragment.typeCondition?.name.value);
      const narrower = places.map((place) => (on ? { ...place, type: on } : place));
      return {
        kind: Kind.INLINE_FRAGMENT,
        ...(fragment.typeCondition ? { typeCondition: fragment.typeCondition } : {}),
        selectionSet: {
          kind: Kind.SELECTION_SET,
          selections: conditioned(fragment.selectionSet.selections, narrower, fragments),
        },
      };
    });
  }

  /** What all that a fetch asks of its entities is under. */
  function conditionsOfAll(fetch: FetchNode, places: readonly Place[]): DirectiveNode[] {
    const { operation, fragments } = read(fetch.operation);
    const all: Match[] = [];
    const collect = (selections: readonly SelectionNode[], on: GraphQLCompositeType | undefined): boolean =>
      selections.every((selection) => {
        if (selection.kind !== Kind.FIELD) {
          const fragment =
            selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
          const type = compositeType(fragment?.typeCondition?.name.value) ?? on;
          return fragment !== undefined && collect(fragment.selectionSet.selections, type);
        }
        const found = places.flatMap(({ asked, type }) => matches(asked, on ?? type, keyOf(selection)));
        all.push(...found);
        return found.length > 0;
      });
    const [entities] = operation.selectionSet.selections;
    const isAsked =
      entities?.kind === Kind.FIELD && collect(entities.selectionSet?.selections ?? [], undefined);
    return isAsked ? commonOf(all) : [];
  }

  return {
    ...plan,
    ...(plan.node ? { node: mapNodes(plan.node, change) } : {}),
    ...(plan.primary ? { primary: rewritten(plan.primary, () => [top]) } : {}),
  };
}

function read(text: string) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const one of parse(text, { noLocation: true }).definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
    if (one.kind === Kind.OPERATION_DEFINITION) operation = one;
  }
  if (!operation) throw new Error(`No operation: ${text}`);
  return { operation, fragments };
}

/** What is selected below any of the fields, under what the field has and the others do not. */
function childrenOf(found: readonly Match[]): SelectionNode[] {
  const common = new Set(commonOf(found).map((one) => print(one)));
  return found.flatMap(({ field, conditions }) => {
    const own = conditions.filter((one) => !common.has(print(one)));
    const selections = field.selectionSet?.selections ?? [];
    return own.length === 0 ? selections : selections.map((one) => around(one, own));
  });
}

function commonOf(found: readonly Match[]): DirectiveNode[] {
  const [first, ...others] = found.map(
    ({ conditions }) => new Map(conditions.map((one) => [print(one), one] as const)),
  );
  return [...(first ?? [])].flatMap(([text, one]) => (others.every((other) => other.has(text)) ? [one] : []));
}

function around(selection: SelectionNode, conditions: readonly DirectiveNode[]): SelectionNode {
  return conditions.reduceRight<SelectionNode>(
    (inner, condition) => ({
      kind: Kind.INLINE_FRAGMENT,
      directives: [condition],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
    }),
    selection,
  );
}

/** The innermost condition on the selection itself, where a name may stand once; the others around it. */
export function wrap(selection: SelectionNode, conditions: readonly DirectiveNode[]): SelectionNode {
  const own = conditions.at(-1);
  if (!own) return selection;
  return around({ ...selection, directives: [own] } as SelectionNode, conditions.slice(0, -1));
}

/** A node that runs where all of these hold. */
export function underConditions(node: PlanNode, conditions: readonly DirectiveNode[]): PlanNode {
  return conditions.reduceRight<PlanNode>((inner, directive) => {
    const value = directive.arguments?.[0]?.value;
    if (value?.kind !== Kind.VARIABLE) return inner;
    const clause = directive.name.value === 'include' ? { ifClause: inner } : { elseClause: inner };
    return { kind: 'Condition', variable: value.name.value, ...clause };
  }, node);
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function withSelections(node: FieldNode, selections: readonly SelectionNode[]): FieldNode {
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}
