import {
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
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { PlanFailure } from '../plan-failure.ts';
import { isIncluded } from '../../operation/documents/switches.ts';

export interface SimplifyOptions {
  readonly apiSchema: GraphQLSchema;
  /** Interfaces whose types cost a fetch to find out: they are asked for where the client does. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/** What is selected alike: a response key, or a narrower type. */
interface Group {
  readonly node: FieldNode | string;
  readonly sets: SelectionSetNode[];
}

/**
 * Says an operation in the plainest way, for the switches that are on: no conditions, no named fragments, no type
 * condition that says nothing, each response key once in a place (so each mutation runs once, in its turn), and the type
 * of what is abstract. On redundant fragments Hive's planner gives up ("No paths found for selection item"), and it does
 * not ask types by itself.
 */
export function simplifyOperation(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  on: ReadonlySet<string>,
  { apiSchema: schema, interfaceObjects }: SimplifyOptions,
): OperationDefinitionNode {
  const root = schema.getRootType(operation.operation);
  if (!root) throw new PlanFailure('unplannable', `There is no ${operation.operation} type`);
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));

  function collect(set: SelectionSetNode, parent: GraphQLCompositeType, groups: Map<string, Group>): void {
    for (const selection of set.selections) {
      if (!isIncluded(selection.directives, on)) continue;
      if (selection.kind === Kind.FIELD) {
        const field = isTyping(selection) ? typenameField : selection;
        const group = groupFor(groups, (field.alias ?? field.name).value, field);
        if (field.selectionSet) group.sets.push(field.selectionSet);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : byName.get(selection.name.value);
      if (!fragment) continue;
      const condition = fragment.typeCondition?.name.value ?? parent.name;
      if (isSure(schema, parent, condition)) collect(fragment.selectionSet, parent, groups);
      else groupFor(groups, `... on ${condition}`, condition).sets.push(fragment.selectionSet);
    }
  }

  function simplify(
    sets: readonly SelectionSetNode[],
    parent: GraphQLCompositeType,
    isTypeAsked: boolean,
  ): SelectionSetNode {
    const groups = new Map<string, Group>();
    for (const set of sets) collect(set, parent, groups);
    const selections = [...groups.values()].map(({ node, sets: below }): SelectionNode => {
      if (typeof node === 'string') {
        const type = schema.getType(node) as GraphQLCompositeType;
        return fragmentOn(node, simplify(below, type, true));
      }
      const type = typeOf(parent, node);
      const field = node.directives?.length ? { ...node, directives: [] } : node;
      return type && below.length > 0 ? { ...field, selectionSet: simplify(below, type, false) } : field;
    });
    const asksType = isAbstractType(parent) && !isTypeAsked && !interfaceObjects.has(parent.name);
    const isMissing = selections.length === 0 || (asksType && !groups.has('__typename'));
    return { kind: Kind.SELECTION_SET, selections: isMissing ? [typenameField, ...selections] : selections };
  }

  return { ...operation, selectionSet: simplify([operation.selectionSet], root, false) };
}

export const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** The type's name under whatever key, and what the gateway answers itself: no selection set may be empty. */
function isTyping({ name }: FieldNode): boolean {
  return name.value === '__typename' || name.value === '__schema' || name.value === '__type';
}

function groupFor(groups: Map<string, Group>, key: string, node: Group['node']): Group {
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { node, sets: [] }));
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

function typeOf(parent: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined {
  const field = 'getFields' in parent ? parent.getFields()[name.value] : undefined;
  const type = field && getNamedType(field.type);
  return isCompositeType(type) ? type : undefined;
}

function fragmentOn(type: string, selectionSet: SelectionSetNode): SelectionNode {
  const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } } as const;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet };
}
