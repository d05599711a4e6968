import { parseJson } from '@murmuration/service-kit';
import { edgeCodes } from './edge-codes.ts';
import { refusal } from './refusal.ts';
import type { OperationRequest } from './types.ts';

/**
 * Reads what any transport brought as JSON.
 * @throws GraphQLError `BAD_USER_INPUT` (400) that names what is not as it must be
 */
export function readOperationRequest(body: unknown): OperationRequest {
  if (!isRecord(body)) throw malformed('An operation is one JSON object.');
  const request = {
    query: text(body, 'query') || undefined,
    documentId: text(body, 'documentId'),
    operationName: text(body, 'operationName') || undefined,
    variables: record(body, 'variables'),
    extensions: record(body, 'extensions'),
  };
  if (request.query === undefined && request.documentId === undefined && !request.extensions?.persistedQuery)
    throw malformed('An operation needs a "query", a "documentId" or the hash of a persisted query.');
  return request;
}

/** The same of the parameters of a GET, where `variables` and `extensions` are JSON texts. */
export function readParameters(search: string): OperationRequest {
  const given: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (name in given) throw malformed(`The parameter "${name}" is given twice.`);
    given[name] = name === 'variables' || name === 'extensions' ? (parseJson(value) ?? value) : value;
  }
  return readOperationRequest(given);
}

function text(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw malformed(`"${name}" must be a string.`);
}

function record(body: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || isRecord(value)) return value;
  throw malformed(`"${name}" must be an object.`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string) {
  return refusal(message, edgeCodes.badUserInput, 400);
}
