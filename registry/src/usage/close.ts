import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { addWhole } from './collect.ts';

/**
 * Everything that ready-made coordinates stand for. A sender that keeps no documents tells fields; the types
 * that the fields lead through, and what may be sent to them, are used as well. Whatever the coordinates
 * leave open (which arguments, which members of a union) counts as used.
 */
export function closeCoordinates(schema: GraphQLSchema, given: Iterable<string>): Set<string> {
  const used = new Set<string>();
  for (const coordinate of given) {
    used.add(coordinate);
    const [, directive, typeName = '', member, argument] =
      /^(@\w+)?(\w+)?(?:\.(\w+))?(?:\((\w+):\))?$/.exec(coordinate) ?? [];
    if (directive) addDirective(used, schema, directive.slice(1), argument);
    else addMember(used, schema.getType(typeName), member, argument);
  }
  for (const name of overlapping(schema, used)) used.add(name);
  return used;
}

function addMember(
  used: Set<string>,
  type: GraphQLNamedType | undefined,
  member = '',
  argument?: string,
): void {
  if (!type) return;
  used.add(type.name);
  if (isInputObjectType(type)) {
    const field = type.getFields()[member];
    if (field) addWhole(used, getNamedType(field.type));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  const field = type.getFields()[member];
  if (!field) return;
  used.add(`${type.name}.${member}`);
  const returned = getNamedType(field.type);
  used.add(returned.name);
  if (isEnumType(returned)) addWhole(used, returned);
  for (const { name, type: sent } of field.args) {
    if (argument !== undefined && name !== argument) continue;
    used.add(`${type.name}.${member}(${name}:)`);
    addWhole(used, getNamedType(sent));
  }
}

function addDirective(used: Set<string>, schema: GraphQLSchema, name: string, argument?: string): void {
  used.add(`@${name}`);
  for (const { name: own, type } of schema.getDirective(name)?.args ?? []) {
    if (argument !== undefined && own !== argument) continue;
    used.add(`@${name}(${own}:)`);
    addWhole(used, getNamedType(type));
  }
}

/**
 * A selection may narrow to any type that has an object in common with its own, and from there to the next,
 * without a field being selected that would tell.
 */
function overlapping(schema: GraphQLSchema, used: ReadonlySet<string>): Set<string> {
  const groups = Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((group) => new Set([group.name, ...schema.getPossibleTypes(group).map(({ name }) => name)]));
  const reached = new Set([...used].filter((name) => isCompositeType(schema.getType(name))));
  // What is added on the way is walked too.
  for (const name of reached)
    for (const group of groups) if (group.has(name)) for (const next of group) reached.add(next);
  return reached;
}
