import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { conditionVariableOf } from './switches.ts';
import { edgeCodes } from '../edge-codes.ts';
import { type Measures, measureDocument } from '../limits/measure.ts';
import { recoded, refusal } from '../refusal.ts';

export interface ParsedDocument {
  readonly document: DocumentNode;
  readonly measures: ReadonlyMap<OperationDefinitionNode, Measures>;
  readonly nodes: number;
  /** Variables that some `@skip` or `@include` hangs on. */
  readonly conditionVariables: ReadonlySet<string>;
}

/**
 * Parses and measures: both take time by the length of the text alone. Where in the text its nodes stand is not kept:
 * each place holds the tokens before and after it, and so all of them.
 * @throws GraphQLError `GRAPHQL_PARSE_FAILED` (400)
 */
export function parseDocument(text: string, maxTokens: number): ParsedDocument {
  const document = parseText(text, maxTokens);
  return { document, measures: measureDocument(document), ...walk(document) };
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

function walk(document: DocumentNode): Pick<ParsedDocument, 'nodes' | 'conditionVariables'> {
  let nodes = 0;
  const conditionVariables = new Set<string>();
  const pending: unknown[] = [document];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) pending.push(...value);
    else if (typeof value === 'object' && value !== null && 'kind' in value) {
      nodes++;
      const variable = value.kind === Kind.DIRECTIVE && conditionVariableOf(value as DirectiveNode);
      if (variable) conditionVariables.add(variable);
      for (const key in value) push(pending, (value as Record<string, unknown>)[key]);
    }
  }
  return { nodes, conditionVariables };
}

function push(pending: unknown[], value: unknown): void {
  if (typeof value === 'object' && value !== null) pending.push(value);
}
