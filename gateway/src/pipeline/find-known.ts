import { getOperationAST, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { KnownDocument, KnownDocuments } from './known-documents.ts';

type Values = Record<string, unknown>;

/** A request of which only the variables are new. */
export interface KnownRequest {
  known: KnownDocument;
  operation: OperationDefinitionNode;
  query: string | undefined;
  operationName: string | undefined;
  variables: Values | undefined;
  extensions: Values | undefined;
}

/**
 * Reads the body of a POST. Undefined for whatever is not plainly right: Apollo Server knows what to say to that;
 * and whoever registers a persisted query talks to it too.
 */
export function findKnown(
  body: unknown,
  documents: KnownDocuments,
  schema: GraphQLSchema,
): KnownRequest | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (!isText(query) || !isText(operationName)) return undefined;
  if (!isValues(variables) || !isValues(extensions)) return undefined;
  const key = keyOf(query ?? undefined, extensions?.['persistedQuery']);
  const known = key === undefined ? undefined : documents.find(key);
  if (!known || known.schema !== schema) return undefined;
  const operation = getOperationAST(known.document, operationName);
  if (!operation) return undefined;
  return {
    known,
    operation,
    query: query ?? undefined,
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  };
}

function keyOf(query: string | undefined, persisted: unknown): string | undefined {
  if (persisted === undefined) return query;
  if (query !== undefined || !isRecord(persisted) || persisted['version'] !== 1) return undefined;
  const hash = persisted['sha256Hash'];
  return typeof hash === 'string' ? hash : undefined;
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function isValues(value: unknown): value is Values | null | undefined {
  return value === undefined || value === null || isRecord(value);
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
