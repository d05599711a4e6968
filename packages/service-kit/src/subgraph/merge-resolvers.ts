import { GraphQLScalarType } from 'graphql';

/**
 * The resolvers of all concerns as one map, with their types: several may give fields of one type.
 * @throws Error naming the field that two concerns give: which one counts would be chance
 */
export function mergeResolvers<const Concerns extends readonly object[]>(
  ...concerns: Concerns
): Intersection<Concerns[number]> {
  const merged: Record<string, object> = {};
  for (const [type, fields] of concerns.flatMap((concern) => Object.entries(concern))) {
    merged[type] = fields instanceof GraphQLScalarType ? fields : join(type, merged[type], fields as object);
  }
  return merged as Intersection<Concerns[number]>;
}

function join(type: string, known: object = {}, more: object): object {
  const twice = Object.keys(more).find((field) => field in known);
  if (twice !== undefined) throw new Error(`Two concerns resolve ${type}.${twice}: leave it to one.`);
  return { ...known, ...more };
}

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
