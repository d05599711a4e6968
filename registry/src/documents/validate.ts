import { type DocumentNode, GraphQLError, type GraphQLSchema, validate } from 'graphql';
import { isTooDeep } from '../parse-text.ts';
import type { StoredOperation } from './read.ts';

/** A stored operation that the candidate refuses. */
export type DocumentProblem = {
  operation: string;
  id?: string;
  file: string;
  line: number;
  column: number;
  message: string;
  /** Whether the baseline accepted it: then this change breaks it. */
  isNew: boolean;
};

/** Validates every stored operation against the candidate, and what fails against the baseline too. */
export function validateOperations(
  operations: readonly StoredOperation[],
  candidate: GraphQLSchema,
  baseline: GraphQLSchema | undefined,
): DocumentProblem[] {
  return operations.flatMap((operation) => {
    const errors = errorsOf(candidate, operation.document);
    if (errors.length === 0) return [];
    const known = new Set(baseline ? errorsOf(baseline, operation.document).map(plainMessage) : []);
    return errors.map((error) => toProblem(operation, error, !known.has(plainMessage(error))));
  });
}

/** What `after` says against a document that `before` did not. */
export function newErrors(
  document: DocumentNode,
  after: GraphQLSchema,
  before: GraphQLSchema,
): readonly GraphQLError[] {
  const errors = errorsOf(after, document);
  if (errors.length === 0) return [];
  const known = new Set(errorsOf(before, document).map(plainMessage));
  return errors.filter((error) => !known.has(plainMessage(error)));
}

/** The message without its suggestions, which depend on what else the schema has. */
export function plainMessage({ message }: GraphQLError): string {
  return message.replace(/ Did you mean .*$/s, '');
}

function errorsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document);
  } catch (cause) {
    if (!isTooDeep(cause)) throw cause;
    return [new GraphQLError('The operation nests too deeply to be validated.')];
  }
}

function toProblem(operation: StoredOperation, error: GraphQLError, isNew: boolean): DocumentProblem {
  const inText = operation.id === undefined;
  const node = error.nodes?.[0]?.loc;
  return {
    operation: operation.name,
    ...(operation.id === undefined ? {} : { id: operation.id }),
    file: (inText && node?.source.name) || operation.file,
    line: (inText && node?.startToken.line) || operation.line,
    column: (inText && node?.startToken.column) || 1,
    message: error.message,
    isNew,
  };
}
