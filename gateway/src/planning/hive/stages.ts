import {
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  type SelectionNode,
} from 'graphql';
import type { PathSegment, PlanPath, RequiredSelection } from '../plan.ts';
import type { LoadedSupergraph } from '../../supergraph/schema/supergraph.ts';
import type { NeedsApart, NeedyField } from './needs.ts';
import { typenameField } from '../cell/simplify.ts';

/** A needy field, to be asked of its subgraph once all that it needs is there. */
export interface Stage {
  readonly needy: NeedyField;
  readonly type: string;
  readonly field: FieldNode;
  /** Where its entities stand. */
  readonly path: PlanPath;
  /** What is sent of each. */
  readonly sent: readonly RequiredSelection[];
  /** It comes behind all stages of a lower level. */
  readonly level: number;
}

export interface StageOptions
  extends Pick<LoadedSupergraph, 'interfaceObjects'>,
    Pick<NeedsApart, 'schema' | 'needyField'> {}

interface Staged {
  readonly selections: readonly SelectionNode[];
  /** By when all that was selected is there. */
  readonly level: number;
}

/** Takes needy fields out of a simplified operation, leaving what they need in their place. */
export function takeStages(
  selections: readonly SelectionNode[],
  root: GraphQLCompositeType,
  options: StageOptions,
): { readonly selections: readonly SelectionNode[]; readonly stages: readonly Stage[] } {
  const { schema, interfaceObjects, needyField } = options;
  const stages = new Map<string, Stage>();
  const aliases = new Map<string, string>();

  function take(
    selected: readonly SelectionNode[],
    parent: GraphQLCompositeType,
    path: PlanPath,
    base: number,
  ): Staged {
    let level = base;
    const left: SelectionNode[] = [];
    for (const selection of selected.flatMap((one) => byType(one, parent))) {
      const part = takeOne(selection, parent, path, base);
      left.push(...part.selections);
      level = Math.max(level, part.level);
    }
    const asksType = isAbstractType(parent) && !interfaceObjects.has(parent.name);
    const isAsked = left.some((one) => one.kind === Kind.FIELD && one.name.value === '__typename');
    return { selections: asksType && !isAsked ? [typenameField, ...left] : left, level };
  }

  function takeOne(
    selection: SelectionNode,
    parent: GraphQLCompositeType,
    path: PlanPath,
    base: number,
  ): Staged {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return { selections: [selection], level: base };
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = compositeType(selection.typeCondition?.name.value) ?? parent;
      const inner = take(selection.selectionSet.selections, type, [...path, onType(type)], base);
      return { selections: [withSelections(selection, inner.selections)], level: inner.level };
    }
    const needy = isObjectType(parent) ? needyField(parent.name, selection.name.value) : undefined;
    if (needy) return takeNeedy(needy, selection, parent, path, base);
    const inner = below(selection, parent, path, base);
    return inner
      ? { selections: [withSelections(selection, inner.selections)], level: inner.level }
      : { selections: [selection], level: base };
  }

  function takeNeedy(
    needy: NeedyField,
    field: FieldNode,
    parent: GraphQLCompositeType,
    path: PlanPath,
    base: number,
  ): Staged {
    const needed = [...needy.key, ...needy.requires].map((one) => withAlias(one, parent));
    const required = take(needed, parent, path, base);
    const level = required.level + 1;
    const inner = below(field, parent, path, level);
    const stage: Stage = {
      needy,
      type: parent.name,
      field: inner ? withSelections(field, inner.selections) : field,
      path,
      sent: [{ kind: 'Field', key: '__typename', name: '__typename' }, ...needed.map(sentOf)],
      level,
    };
    stages.set(`${pathText(path)} ${stage.type} ${print(stage.field)}`, stage);
    const left: SelectionNode = {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: parent.name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [typenameField, ...required.selections] },
    };
    return { selections: [left], level };
  }

  function below(
    field: FieldNode,
    parent: GraphQLCompositeType,
    path: PlanPath,
    base: number,
  ): Staged | undefined {
    const type = 'getFields' in parent ? parent.getFields()[field.name.value]?.type : undefined;
    const named = type && getNamedType(type);
    if (!type || !isCompositeType(named) || !field.selectionSet) return undefined;
    const inside = [...path, { kind: 'field', key: keyOf(field) } as const, ...listsIn(type)];
    return take(field.selectionSet.selections, named, inside, base);
  }

  /** For each type by itself what is needy in some. */
  function byType(selection: SelectionNode, parent: GraphQLCompositeType): SelectionNode[] {
    if (selection.kind !== Kind.FIELD || !isAbstractType(parent)) return [selection];
    const types = schema.getPossibleTypes(parent);
    if (!types.some(({ name }) => needyField(name, selection.name.value))) return [selection];
    return types.map(({ name }) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
    }));
  }

  /** What subgraphs need is fetched under keys of its own where arguments may differ. */
  function withAlias(selection: SelectionNode, parent: GraphQLCompositeType): SelectionNode {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = compositeType(selection.typeCondition?.name.value) ?? parent;
      return withSelections(
        selection,
        selection.selectionSet.selections.map((one) => withAlias(one, type)),
      );
    }
    const field = 'getFields' in parent ? parent.getFields()[selection.name.value] : undefined;
    const type = field && getNamedType(field.type);
    const inner = selection.selectionSet?.selections.map((one) =>
      isCompositeType(type) ? withAlias(one, type) : one,
    );
    const whole = inner ? withSelections(selection, inner) : selection;
    if (!field || field.args.length === 0) return whole;
    const { selectionSet: _, ...leaf } = selection;
    const text = print(leaf);
    const alias = aliases.get(text) ?? `${selection.name.value}__need${aliases.size}`;
    aliases.set(text, alias);
    return { ...whole, alias: { kind: Kind.NAME, value: alias } };
  }

  function compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  function onType(type: GraphQLCompositeType): PathSegment {
    return { kind: 'types', types: [type.name] };
  }

  const main = take(selections, root, [], 0);
  return { selections: main.selections, stages: [...stages.values()] };
}

function sentOf(selection: SelectionNode): RequiredSelection {
  if (selection.kind === Kind.FIELD) {
    const selections = selection.selectionSet?.selections.map(sentOf);
    return { kind: 'Field', key: keyOf(selection), name: selection.name.value, selections };
  }
  const selections =
    selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet.selections.map(sentOf) : [];
  const typeCondition =
    selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
  return { kind: 'InlineFragment', typeCondition, selections };
}

function listsIn(type: GraphQLOutputType): PathSegment[] {
  if (isNonNullType(type)) return listsIn(type.ofType);
  return isListType(type) ? [{ kind: 'list' }, ...listsIn(type.ofType)] : [];
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function pathText(path: PlanPath): string {
  return path
    .map((one) => (one.kind === 'field' ? one.key : one.kind === 'list' ? '@' : `|${one.types.join()}`))
    .join('.');
}

function withSelections<Node extends SelectionNode>(node: Node, selections: readonly SelectionNode[]): Node {
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}
