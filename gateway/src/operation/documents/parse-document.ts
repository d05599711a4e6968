import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { edgeCodes } from '../edge-codes.ts';
import { type Measures, measureDocument } from '../limits/measure.ts';
import { recoded, refusal } from '../refusal.ts';

export interface ParsedDocument {
  readonly document: DocumentNode;
  readonly measures: ReadonlyMap<OperationDefinitionNode, Measures>;
  readonly nodes: number;
}

/**
 * Parses and measures: both take time by the length of the text alone. Where in the text its nodes stand is not kept:
 * each place holds the tokens before and after it, and so all of them.
 * @throws GraphQLError `GRAPHQL_PARSE_FAILED` (400)
 */
export function parseDocument(text: string, maxTokens: number): ParsedDocument {
  const document = parseText(text, maxTokens);
  return { document, measures: measureDocument(document), nodes: countNodes(document) };
}

function parseText(text: string, maxTokens: number): DocumentNode {
  try {
    const document = parse(text, { maxTokens, noLocation: true });
    if (document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)) return document;
  } catch (error) {
    if (error instanceof GraphQLError) throw recoded(error, edgeCodes.parseFailed, 400);
    // The parser, which calls itself for what is nested, came to the end of its stack.
    if (!(error instanceof RangeError)) throw error;
    throw refusal('The document is nested too deeply.', edgeCodes.parseFailed, 400);
  }
  throw refusal('The document holds no operation.', edgeCodes.badUserInput, 400);
}

function countNodes(document: DocumentNode): number {
  let count = 0;
  const pending: unknown[] = [document];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) pending.push(...value);
    else if (typeof value === 'object' && value !== null && 'kind' in value) {
      count++;
      for (const key in value) push(pending, (value as Record<string, unknown>)[key]);
    }
  }
  return count;
}

function push(pending: unknown[], value: unknown): void {
  if (typeof value === 'object' && value !== null) pending.push(value);
}
