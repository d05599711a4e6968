import { GraphQLError } from 'graphql';

/** The same error with another message or code; its place in the document and the answer stay. */
export function restate(error: GraphQLError, message: string, code: string): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { code },
  });
}

export function restateAll(errors: readonly GraphQLError[], code: string): GraphQLError[] {
  return errors.map((error) => restate(error, error.message, code));
}
