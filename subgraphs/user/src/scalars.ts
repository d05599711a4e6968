import { GraphQLScalarType } from 'graphql';

export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant in UTC, as ISO 8601 text with milliseconds.',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('a DateTime is made of a Date');
  },
});
