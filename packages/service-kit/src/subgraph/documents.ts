import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { errorCodes } from '../errors/codes.ts';
import { restateAll } from '../errors/restate.ts';

export const documentLimits = { cachedBytes: 16 * 1024 * 1024, maxTokens: 20_000 } as const;

export type ParsedDocument = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/** Parses and validates each distinct text once. */
export function createDocumentCache(schema: GraphQLSchema): (query: string) => ParsedDocument {
  const cache = new LRUCache<string, { document: DocumentNode }>({
    maxSize: documentLimits.cachedBytes,
    sizeCalculation: (_value, query) => 20 * query.length + 1,
  });
  return (query) => {
    const known = cache.get(query);
    if (known) return known;
    const parsed = parseDocument(schema, query);
    if ('document' in parsed) cache.set(query, parsed);
    return parsed;
  };
}

function parseDocument(schema: GraphQLSchema, query: string): ParsedDocument {
  try {
    const document = parse(query, { maxTokens: documentLimits.maxTokens });
    const problems = validate(schema, document, specifiedRules);
    if (problems.length === 0) return { document };
    return { errors: restateAll(problems, errorCodes.validationFailed) };
  } catch (error) {
    return { errors: restateAll([error as GraphQLError], errorCodes.parseFailed) };
  }
}
