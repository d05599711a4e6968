import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { wrap } from './conditions.ts';

export interface SimplifyOptions {
  readonly apiSchema: GraphQLSchema;
  /** Interfaces whose types cost a fetch to find out: they are asked for where the client does. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/**
 * Says an operation in the plainest way: no named fragments, no type condition that says nothing, each response key once
 * under the same conditions, and the type of what is abstract. On redundant fragments Hive's planner gives up ("No
 * paths found for selection item"), and it does not ask types by itself.
 */
export function simplifyOperation(document: DocumentNode, options: SimplifyOptions): DocumentNode {
  const [operation] = document.definitions as [OperationDefinitionNode];
  const root = options.apiSchema.getRootType(operation.operation);
  if (!root) return document;
  const simplify = createSimplifier(document, options);
  const selectionSet = simplify([{ set: operation.selectionSet, conditions: [] }], root, [], false);
  return { ...document, definitions: [{ ...operation, selectionSet }] };
}

interface Part {
  readonly set: SelectionSetNode;
  /** The `@skip`s and `@include`s above, outermost first. */
  readonly conditions: readonly DirectiveNode[];
}

/** What is selected alike: a response key, or a narrower type. */
interface Group {
  readonly conditions: readonly DirectiveNode[];
  readonly node: FieldNode | string;
  readonly parts: Part[];
}

function createSimplifier(document: DocumentNode, options: SimplifyOptions) {
  const { apiSchema: schema, interfaceObjects } = options;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }

  function collect(
    part: Part,
    parent: GraphQLCompositeType,
    above: readonly DirectiveNode[],
    groups: Map<string, Group>,
  ): void {
    for (const selection of part.set.selections) {
      const conditions = withConditions(part.conditions, selection.directives, above);
      if (!conditions) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const group = groupFor(groups, `${name}${text(conditions)}`, conditions, selection);
        if (selection.selectionSet) group.parts.push({ set: selection.selectionSet, conditions: [] });
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      const condition = fragment.typeCondition?.name.value ?? parent.name;
      const inner = { set: fragment.selectionSet, conditions };
      if (isSure(schema, parent, condition)) collect(inner, parent, above, groups);
      else {
        const group = groupFor(groups, `... on ${condition}${text(conditions)}`, conditions, condition);
        group.parts.push({ ...inner, conditions: [] });
      }
    }
  }

  return function simplify(
    parts: readonly Part[],
    parent: GraphQLCompositeType,
    above: readonly DirectiveNode[],
    isTypeAsked: boolean,
  ): SelectionSetNode {
    const groups = new Map<string, Group>();
    for (const part of parts) collect(part, parent, above, groups);
    const selections = [...groups.values()].map(({ node, conditions, parts: below }): SelectionNode => {
      const all = [...above, ...conditions];
      if (typeof node === 'string') {
        const type = schema.getType(node) as GraphQLCompositeType;
        return wrap({ ...fragmentOn(node), selectionSet: simplify(below, type, all, true) }, conditions);
      }
      const type = typeOf(parent, node);
      const field = { ...node, directives: [] };
      const selectionSet = type && below.length > 0 ? simplify(below, type, all, false) : undefined;
      return wrap(selectionSet ? { ...field, selectionSet } : field, conditions);
    });
    const asksType = isAbstractType(parent) && !isTypeAsked && !interfaceObjects.has(parent.name);
    const isThere = groups.has('__typename');
    const isEmpty = selections.length === 0;
    return {
      kind: Kind.SELECTION_SET,
      selections: isEmpty || (asksType && !isThere) ? [typenameField, ...selections] : selections,
    };
  };

  function typeOf(parent: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined {
    const field = 'getFields' in parent ? parent.getFields()[name.value] : undefined;
    const type = field && getNamedType(field.type);
    return isCompositeType(type) ? type : undefined;
  }
}

export const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function groupFor(
  groups: Map<string, Group>,
  key: string,
  conditions: readonly DirectiveNode[],
  node: Group['node'],
): Group {
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { conditions, node, parts: [] }));
  return group;
}

/** Whether all objects of the parent's type are of the other. */
function isSure(schema: GraphQLSchema, parent: GraphQLCompositeType, condition: string): boolean {
  if (parent.name === condition) return true;
  const type = schema.getType(condition);
  return (
    isAbstractType(type) && (isObjectType(parent) || 'getFields' in parent) && schema.isSubType(type, parent)
  );
}

/** Those that say something new; undefined where they cannot all hold. */
function withConditions(
  conditions: readonly DirectiveNode[],
  own: readonly DirectiveNode[] | undefined,
  above: readonly DirectiveNode[],
): readonly DirectiveNode[] | undefined {
  const known = new Set([...above, ...conditions].map((one) => print(one)));
  const fresh = (own ?? []).filter((one) => !known.has(print(one)));
  const all = [...conditions, ...fresh];
  if (fresh.some((one) => known.has(opposite(one)) || all.some((other) => print(other) === opposite(one)))) {
    return undefined;
  }
  return all;
}

function opposite({ name, ...directive }: DirectiveNode): string {
  return print({ ...directive, name: { ...name, value: name.value === 'skip' ? 'include' : 'skip' } });
}

function text(conditions: readonly DirectiveNode[]): string {
  return conditions.length === 0
    ? ''
    : ` ${conditions
        .map((one) => print(one))
        .sort()
        .join(' ')}`;
}

function fragmentOn(type: string) {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
  } as const;
}
