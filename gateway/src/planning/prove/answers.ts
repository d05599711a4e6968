import {
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type SelectionNode,
} from 'graphql';
import { implies, underDirectives } from './conditions.ts';
import { below, casesOf, keyOf, type Seen, signatureOf, Unproven } from './state.ts';

export interface Question {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly isSubtype: (condition: string, type: string) => boolean;
  /** Whose types are only found out where they are asked for. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/** Throws Unproven for the first selection that no fetch brings for some type that an object there may be of. */
export function requireAnswers(
  seen: Seen,
  declared: GraphQLNamedType,
  selections: readonly SelectionNode[],
  question: Question,
): void {
  const { schema, fragments, isSubtype } = question;
  const { entry } = seen;
  const type = schema.getType(entry.type);
  // Clients cannot see it: the executor says so for each such object.
  if (!type) return;
  for (const selection of selections) {
    const when = underDirectives(seen.when, selection.directives);
    if (!when) continue;
    if (selection.kind === 'Field') {
      requireField({ entry, when }, declared, type, selection, question);
      continue;
    }
    const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (!fragment) continue;
    if (condition !== undefined && condition !== declared.name && isObjectType(type)) {
      if (isAbstractType(declared)) requireTypename({ entry, when }, declared);
    }
    if (condition === undefined || isSubtype(condition, entry.type)) {
      requireAnswers({ entry, when }, declared, fragment.selectionSet.selections, question);
    } else if (!isObjectType(type) && isAbstractType(type)) {
      throw new Unproven(`The type of a ${entry.type} is needed and not found out`);
    }
  }
}

function requireField(
  { entry, when }: Seen,
  declared: GraphQLNamedType,
  type: GraphQLNamedType,
  field: Extract<SelectionNode, { kind: 'Field' }>,
  question: Question,
): void {
  const name = field.name.value;
  const key = keyOf(field);
  if (name === '__typename') {
    if (!isAbstractType(declared)) return;
    const isFound = implies(when, casesOf(entry.items.get(key)?.productions ?? []));
    if (!isFound || !isObjectType(type)) throw new Unproven(`The type of a ${entry.type} is not found out`);
    return;
  }
  const item = entry.items.get(key);
  if (!item || item.signature !== signatureOf(field) || !implies(when, casesOf(item.productions))) {
    throw new Unproven(`Nobody brings ${entry.type}.${name}${key === name ? '' : ` as ${key}`}`);
  }
  item.asked.push(when);
  const definition = 'getFields' in type ? type.getFields()[name] : undefined;
  const result = definition && getNamedType(definition.type);
  if (!result || !isCompositeType(result)) return;
  const selections = field.selectionSet?.selections ?? [];
  for (const one of below(item, when)) {
    const isReal = isObjectType(question.schema.getType(one.entry.type));
    if (isReal && isAbstractType(result) && !question.interfaceObjects.has(result.name)) {
      requireTypename(one, result);
    }
    requireAnswers(one, result, selections, question);
  }
}

/** By it the executor knows which selections an object has. */
function requireTypename({ entry, when }: Seen, declared: GraphQLNamedType): void {
  if (!implies(when, casesOf(entry.items.get('__typename')?.productions ?? []))) {
    throw new Unproven(`The type of an object of ${declared.name} is not asked`);
  }
}
