import { type GraphQLError, type GraphQLSchema, validate } from 'graphql';
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
    const errors = validate(candidate, operation.document);
    if (errors.length === 0) return [];
    const isNew = baseline === undefined || validate(baseline, operation.document).length === 0;
    return errors.map((error) => toProblem(operation, error, isNew));
  });
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
