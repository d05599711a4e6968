import { GraphQLError } from 'graphql';

/**
 * The error of a query whose arguments make no sense: a malformed cursor, an id of another type, a page
 * size out of range. Its code is `BAD_USER_INPUT`, and `argument` names what was wrong.
 */
export function badUserInput(argument: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument } });
}
