import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
  type ValidationContext,
} from 'graphql';
import { argumentsText } from '../planning/arguments-text.ts';

/** Fields looked at, each as often as it is reached; more and the document is refused. About 50 ms. */
export const maxSteps = 200_000;

/** A selection set, and the type that its fields are of. */
interface Level {
  readonly set: SelectionSetNode;
  readonly parent: GraphQLNamedType | undefined;
}

interface Selected {
  readonly node: FieldNode;
  readonly parent: GraphQLNamedType | undefined;
  readonly type: GraphQLOutputType | undefined;
}

/**
 * What is to hold of fields with one response key. `shape`: their types must be alike, whatever object they are of.
 * `same`: they must be one field with the same arguments, as far as they can be of one object.
 */
type Demand = 'both' | 'shape' | 'same';

class TooManySteps extends Error {}

/**
 * graphql-js's rule of this name compares every field with every other of its response key, and gives up on valid
 * documents of a few kilobytes. This one looks at all fields of a response key together, level by level: every field is to be like
 * the first. It finds a conflict where the other finds one, and says less of it.
 */
export function OverlappingFieldsCanBeMergedRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      try {
        checkDocument(document, context);
      } catch (error) {
        if (!(error instanceof TooManySteps)) throw error;
        context.reportError(new GraphQLError('The document repeats too many fields to be validated.'));
      }
    },
  };
}

function checkDocument({ definitions }: DocumentNode, context: ValidationContext): void {
  const schema = context.getSchema();
  const { merge, spread } = createMerge(context);
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const parent = schema.getRootType(definition.operation) ?? undefined;
    merge([{ set: definition.selectionSet, parent }]);
  }
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION || spread.has(definition)) continue;
    merge([{ set: definition.selectionSet, parent: typeFromAST(schema, definition.typeCondition) }]);
  }
}

function createMerge(context: ValidationContext) {
  /** Fragments that some operation has brought. */
  const spread = new Set<FragmentDefinitionNode>();
  const schema = context.getSchema();
  /** Levels that have been looked at together, so that what many fragments share is looked at once. */
  const done = new Set<string>();
  const numbers = new Map<SelectionSetNode, number>();
  let steps = 0;

  function isDone(levels: readonly Level[], demand: Demand): boolean {
    const parts = levels.map(({ set, parent }) => {
      let number = numbers.get(set);
      if (number === undefined) numbers.set(set, (number = numbers.size));
      return `${number} ${parent?.name ?? ''}`;
    });
    const key = `${demand}:${[...new Set(parts)].sort().join()}`;
    if (done.has(key)) return true;
    done.add(key);
    return false;
  }

  function collect(levels: readonly Level[]): Map<string, Selected[]> {
    const byKey = new Map<string, Selected[]>();
    const visited = new Set<FragmentDefinitionNode>();
    const visit = ({ set, parent }: Level): void => {
      const fields = parent && 'getFields' in parent ? parent.getFields() : undefined;
      for (const selection of set.selections) {
        if (++steps > maxSteps) throw new TooManySteps();
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const definition = fields?.[selection.name.value] as GraphQLField<unknown, unknown> | undefined;
          const selected = { node: selection, parent, type: definition?.type };
          const known = byKey.get(key);
          if (known) known.push(selected);
          else byKey.set(key, [selected]);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : context.getFragment(selection.name.value);
        if (!fragment) continue;
        if (fragment.kind === Kind.FRAGMENT_DEFINITION) {
          if (visited.has(fragment)) continue;
          visited.add(fragment);
          spread.add(fragment);
        }
        const { typeCondition } = fragment;
        const inner = typeCondition ? typeFromAST(schema, typeCondition) : parent;
        visit({ set: fragment.selectionSet, parent: inner });
      }
    };
    for (const level of levels) visit(level);
    return byKey;
  }

  function merge(levels: readonly Level[], demand: Demand, path: readonly string[]): void {
    if (isDone(levels, demand)) return;
    for (const [key, all] of collect(levels)) {
      const here = path.length > 0 || all.length > 1 ? [...path, key] : path;
      const alternatives = demand === 'shape' ? [] : groupsOfOneObject(all);
      const conflict =
        alternatives.reduce<Conflict | undefined>(
          (found, group) => found ?? fieldConflict(group),
          undefined,
        ) ?? (demand === 'same' ? undefined : shapeConflict(all));
      if (conflict) {
        context.reportError(errorOf(conflict, here));
        continue;
      }
      const [only, another] = alternatives;
      if (demand === 'both' && only && !another) {
        merge(levelsBelow(only), 'both', here);
        continue;
      }
      if (demand !== 'same') merge(levelsBelow(all), 'shape', here);
      for (const group of alternatives) merge(levelsBelow(group), 'same', here);
    }
  }

  return { spread, merge: (levels: readonly Level[]) => merge(levels, 'both', []) };
}

/** Fields that may be asked of one object: those of each object type with those of abstract ones. */
function groupsOfOneObject(all: readonly Selected[]): (readonly Selected[])[] {
  const byType = new Map<GraphQLNamedType, Selected[]>();
  const anywhere: Selected[] = [];
  for (const one of all) {
    if (!one.parent || !isObjectType(one.parent)) anywhere.push(one);
    else byType.set(one.parent, [...(byType.get(one.parent) ?? []), one]);
  }
  return byType.size <= 1 ? [all] : [...byType.values()].map((own) => [...anywhere, ...own]);
}

function levelsBelow(fields: readonly Selected[]): Level[] {
  return fields.flatMap(({ node, type }) =>
    node.selectionSet ? [{ set: node.selectionSet, parent: type && getNamedType(type) }] : [],
  );
}

interface Conflict {
  readonly reason: string;
  readonly nodes: readonly FieldNode[];
}

function shapeConflict(all: readonly Selected[]): Conflict | undefined {
  const first = all.find(({ type }) => type !== undefined);
  const other = all.find(
    ({ type }) => type && type !== first?.type && shapeOf(type) !== shapeOf(first?.type),
  );
  if (!first || !other) return undefined;
  const reason = `they return conflicting types "${String(first.type)}" and "${String(other.type)}"`;
  return { reason, nodes: [first.node, other.node] };
}

/** Composite types may differ: what they have in common is compared below. */
function shapeOf(type: GraphQLOutputType | undefined): string {
  if (!type) return '';
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isLeafType(type) ? type.name : '{}';
}

function fieldConflict(group: readonly Selected[]): Conflict | undefined {
  const [first, ...others] = group;
  for (const other of others) {
    const [one, two] = [first?.node, other.node];
    if (!one) continue;
    const nodes = [one, two];
    if (one.name.value !== two.name.value) {
      return { reason: `"${one.name.value}" and "${two.name.value}" are different fields`, nodes };
    }
    if (argumentsText(one) !== argumentsText(two)) {
      return { reason: 'they have differing arguments', nodes };
    }
  }
  return undefined;
}

function errorOf({ nodes, reason }: Conflict, path: readonly string[]): GraphQLError {
  const [first = '', ...below] = path;
  const why = below.map((key) => `subfields "${key}" conflict because `).join('');
  return new GraphQLError(
    `Fields "${first}" conflict because ${why}${reason}. Use different aliases on the fields to fetch both if this was intentional.`,
    { nodes },
  );
}
