import { type GraphQLLeafType, isEnumType, isSpecifiedScalarType } from 'graphql';

/** Whether a subgraph's value may stand for a leaf type. Custom scalars are the subgraph's own affair. */
export function leafCheck(type: GraphQLLeafType): ((value: unknown) => boolean) | undefined {
  if (isEnumType(type)) {
    // By the API schema: a value that is @inaccessible must not be shown.
    const names = new Set(type.getValues().map((value) => value.name));
    return (value) => typeof value === 'string' && names.has(value);
  }
  if (!isSpecifiedScalarType(type)) return undefined;
  switch (type.name) {
    case 'Int':
      return (value) => typeof value === 'number' && Number.isInteger(value);
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'ID':
      return (value) => typeof value === 'string' || typeof value === 'number';
    default:
      return (value) => typeof value === 'string';
  }
}
