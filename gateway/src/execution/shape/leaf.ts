import { type GraphQLLeafType, isEnumType, isSpecifiedScalarType } from 'graphql';

/** A subgraph's value as clients are told it; undefined where it may not stand for the type. */
export type Coerce = (value: unknown) => unknown;

const [minInt, maxInt] = [-(2 ** 31), 2 ** 31 - 1];

/** As the specification coerces results. Custom scalars are the subgraph's own affair: undefined. */
export function leafCoercion(type: GraphQLLeafType): Coerce | undefined {
  if (isEnumType(type)) {
    // By the API schema: a value that is @inaccessible must not be shown.
    const names = new Set(type.getValues().map((value) => value.name));
    return (value) => (typeof value === 'string' && names.has(value) ? value : undefined);
  }
  if (!isSpecifiedScalarType(type)) return undefined;
  switch (type.name) {
    case 'Int':
      return (value) =>
        typeof value === 'number' && Number.isInteger(value) && value >= minInt && value <= maxInt
          ? value
          : undefined;
    case 'Float':
      return (value) => (typeof value === 'number' ? value : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'ID':
      return (value) => {
        if (typeof value === 'string') return value;
        return Number.isSafeInteger(value) ? String(value) : undefined;
      };
    default:
      return (value) => (typeof value === 'string' ? value : undefined);
  }
}
