import {
  type DocumentNode,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { edgeCodes } from '../edge-codes.ts';
import type { Generation } from '../planning/types.ts';

/** Parses and validates against a generation; what one admitted goes with it. */
export type ReadDocument = (query: string, generation: Generation) => DocumentNode | readonly GraphQLError[];

/** By size, for a text may be 4,000 tokens: a parsed document takes some 80 bytes for each of its characters. */
export const documentLimits = { cachedBytes: 32 * 1024 * 1024, bytesPerCharacter: 80 } as const;

export function createReadDocument(options: {
  rules: readonly ValidationRule[];
  maxTokens: number;
  allowsIntrospection: boolean;
}): ReadDocument {
  const rules = [
    ...specifiedRules,
    ...options.rules,
    ...(options.allowsIntrospection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];
  // Suggestions name what introspection hides.
  const validation = { hideSuggestions: !options.allowsIntrospection };
  const caches = new WeakMap<Generation, LRUCache<string, DocumentNode>>();

  return (query, generation) => {
    const cache = caches.get(generation) ?? createCache();
    caches.set(generation, cache);
    const known = cache.get(query);
    if (known) return known;
    try {
      const document = parse(query, { maxTokens: options.maxTokens });
      const problems = validate(generation.apiSchema, document, rules, validation);
      if (problems.length > 0) return problems.map((error) => coded(error, edgeCodes.validationFailed));
      cache.set(query, document);
      return document;
    } catch (error) {
      return [coded(error as GraphQLError, edgeCodes.parseFailed)];
    }
  };
}

function createCache(): LRUCache<string, DocumentNode> {
  return new LRUCache({
    maxSize: documentLimits.cachedBytes,
    sizeCalculation: (_document, query) => documentLimits.bytesPerCharacter * query.length,
  });
}

/** The same error under a code of ours. */
export function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { ...error.extensions, code },
  });
}
