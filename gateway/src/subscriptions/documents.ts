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

const cachedDocuments = 1_000;

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
    const cache = caches.get(generation) ?? new LRUCache<string, DocumentNode>({ max: cachedDocuments });
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

/** The same error under a code of ours. */
export function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { ...error.extensions, code },
  });
}
