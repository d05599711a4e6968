import { type DocumentNode, GraphQLError } from 'graphql';
import { parseText } from '../parse-text.ts';
import { fixFor } from './fixes.ts';
import { type CompositionError, fileOf, type Subgraph } from './subgraph.ts';

/** A subgraph with its parsed SDL. */
export type ParsedSubgraph = Subgraph & { typeDefs: DocumentNode };

export type ParseResult =
  | { status: 'parsed'; subgraph: ParsedSubgraph }
  | { status: 'failed'; error: CompositionError };

/** Parses one SDL; a syntax error comes back with its place, an empty file as one too. */
export function parseSubgraph(subgraph: Subgraph): ParseResult {
  try {
    const typeDefs = parseText(subgraph.sdl, fileOf(subgraph));
    return { status: 'parsed', subgraph: { ...subgraph, typeDefs } };
  } catch (cause) {
    if (!(cause instanceof GraphQLError)) throw cause;
    const at = cause.locations?.[0];
    return {
      status: 'failed',
      error: {
        code: 'INVALID_GRAPHQL',
        message: cause.message,
        fix: fixFor('INVALID_GRAPHQL'),
        subgraph: subgraph.name,
        file: fileOf(subgraph),
        line: at?.line ?? 1,
        column: at?.column ?? 1,
      },
    };
  }
}
