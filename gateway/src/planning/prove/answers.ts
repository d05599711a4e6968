import {
  type FieldNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type SelectionNode,
} from 'graphql';
import { below, type Entry, isThere, keyOf, signatureOf, Unproven } from './state.ts';

export interface Question {
  readonly schema: GraphQLSchema;
  readonly isSubtype: (condition: string, type: string) => boolean;
  /** Whose types are only found out where they are asked for. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/** Throws Unproven for the first selection that no fetch brings for some type that an object there may be of. */
export function requireAnswers(
  entry: Entry,
  declared: GraphQLNamedType,
  selections: readonly SelectionNode[],
  question: Question,
): void {
  const { schema, isSubtype } = question;
  const type = schema.getType(entry.type);
  // Clients cannot see it: the executor says so for each such object.
  if (!type) return;
  for (const selection of selections) {
    if (selection.kind === 'Field') requireField(entry, declared, type, selection, question);
    if (selection.kind !== 'InlineFragment') continue;
    const condition = selection.typeCondition?.name.value;
    const isNarrower = condition !== undefined && condition !== declared.name;
    if (isNarrower && isObjectType(type) && isAbstractType(declared)) requireTypename(entry, declared);
    if (condition === undefined || isSubtype(condition, entry.type)) {
      requireAnswers(entry, declared, selection.selectionSet.selections, question);
    } else if (isAbstractType(type)) {
      throw new Unproven(`The type of a ${entry.type} is needed and not found out`);
    }
  }
}

function requireField(
  entry: Entry,
  declared: GraphQLNamedType,
  type: GraphQLNamedType,
  field: FieldNode,
  question: Question,
): void {
  const name = field.name.value;
  const key = keyOf(field);
  const item = isThere(entry, key);
  if (name === '__typename') {
    if (!isAbstractType(declared) || (item && isObjectType(type))) return;
    throw new Unproven(`The type of a ${entry.type} is not found out`);
  }
  if (!item || item.signature !== signatureOf(field)) {
    throw new Unproven(`Nobody brings ${entry.type}.${name}${key === name ? '' : ` as ${key}`}`);
  }
  item.isAsked = true;
  const definition = 'getFields' in type ? type.getFields()[name] : undefined;
  const result = definition && getNamedType(definition.type);
  if (!result || !isCompositeType(result)) return;
  const selections = field.selectionSet?.selections ?? [];
  for (const one of below(item)) {
    const isReal = isObjectType(question.schema.getType(one.type));
    if (isReal && isAbstractType(result) && !question.interfaceObjects.has(result.name)) {
      requireTypename(one, result);
    }
    requireAnswers(one, result, selections, question);
  }
}

/** By it the executor knows which selections an object has. */
function requireTypename(entry: Entry, declared: GraphQLNamedType): void {
  if (isThere(entry, '__typename')) return;
  throw new Unproven(`The type of an object of ${declared.name} is not asked`);
}
