import { doTypesOverlap, type GraphQLSchema, isAbstractType, isCompositeType, isObjectType } from 'graphql';
import type { Touches } from '../change.ts';
import type { Schemas } from './rule.ts';

/**
 * Who is touched when `member` leaves `group` (a union or an interface): clients that name both,
 * and clients that spread one abstract type in another of which `member` was the last in common.
 */
export function touchedByLeaving(group: string, member: string, { before, after }: Schemas): Touches {
  const left = before.getType(member);
  const direct = isObjectType(left) || !overlap(after, group, member) ? [[group, member]] : [];
  const through = abstractTypesOf(before, member)
    .filter((other) => other !== group && !overlap(after, group, other))
    .map((other) => [group, other]);
  return [...direct, ...through];
}

/** Who is touched when the object type `name` goes: those who name it, and spreads it alone made possible. */
export function touchedByRemoval(name: string, { before, after }: Schemas): Touches {
  const groups = abstractTypesOf(before, name);
  const pairs = groups.flatMap((one, position) =>
    groups
      .slice(position + 1)
      .filter((other) => !overlap(after, one, other))
      .map((other) => [one, other]),
  );
  return [[name], ...pairs];
}

function abstractTypesOf(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  if (!isObjectType(type)) return [];
  return Object.values(schema.getTypeMap())
    .filter((one) => isAbstractType(one) && schema.isSubType(one, type))
    .map((one) => one.name);
}

/** A type that is gone is its own change, so it does not count as "no overlap" here. */
function overlap(schema: GraphQLSchema, one: string, other: string): boolean {
  const [a, b] = [schema.getType(one), schema.getType(other)];
  return !isCompositeType(a) || !isCompositeType(b) || doTypesOverlap(schema, a, b);
}
