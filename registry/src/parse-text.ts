import { type DocumentNode, GraphQLError, parse, Source } from 'graphql';

/**
 * Parses a text; whatever is wrong with it is a `GraphQLError`. The parser goes down by calling itself, so a text
 * that nests deeper than the stack reaches ends it with a `RangeError`, which says nothing to its author.
 */
export function parseText(text: string, file: string): DocumentNode {
  const source = new Source(text, file);
  try {
    return parse(source);
  } catch (cause) {
    throw isTooDeep(cause)
      ? new GraphQLError('The text nests too deeply.', { source, positions: [0] })
      : cause;
  }
}

/** Whether something ended because the stack did. */
export function isTooDeep(cause: unknown): boolean {
  return cause instanceof RangeError && cause.message.includes('call stack');
}
