import {
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type ValueNode,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** A query is compiled once it has run so often: compiling takes as long as some hundred runs save. */
export const compileAfterRuns = 50;

export interface OperationRun {
  document: DocumentNode;
  operationName: string | null;
  contextValue: unknown;
  variableValues: Record<string, unknown> | null;
}

type Compiled = (run: OperationRun) => ExecutionResult | Promise<ExecutionResult>;
type Standing = { phase: 'counting'; runs: number } | { phase: 'settled'; compiled: Compiled | null };

/**
 * Runs operations of validated documents by graphql-js, and queries that come again and again as code made
 * for them (graphql-jit): of a page of posts graphql-js's look at every type and field took half of the time.
 */
export function createOperationRunner(
  schema: GraphQLSchema,
  compileAfter = compileAfterRuns,
): (run: OperationRun) => ExecutionResult | Promise<ExecutionResult> {
  const standings = new WeakMap<DocumentNode, Map<string | null, Standing>>();

  function compiledOf({ document, operationName }: OperationRun): Compiled | null {
    let operations = standings.get(document);
    if (!operations) standings.set(document, (operations = new Map()));
    const standing = operations.get(operationName) ?? { phase: 'counting', runs: 0 };
    if (standing.phase === 'settled') return standing.compiled;
    const isDue = standing.runs >= compileAfter;
    const compiled = isDue ? compile(schema, document, operationName) : null;
    operations.set(
      operationName,
      isDue ? { phase: 'settled', compiled } : { phase: 'counting', runs: standing.runs + 1 },
    );
    return compiled;
  }

  return (run) => (compiledOf(run) ?? interpreted)(run);

  function interpreted(run: OperationRun) {
    return execute({ schema, ...run });
  }
}

/** Null for what is better left to graphql-js: mutations, and what the compiler does not take. */
function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): Compiled | null {
  if (getOperationAST(document, operationName)?.operation !== 'query') return null;
  if (hasVariableInLiteral(document)) return null;
  const compiled = compileQuery(schema, document, operationName ?? '');
  if (!isCompiledQuery(compiled)) return null;
  return async ({ contextValue, variableValues }) => {
    const { errors, ...result } = await compiled.query(undefined, contextValue, variableValues);
    return errors ? { ...result, errors: errors.map(asGraphQLError) } : result;
  };
}

/** `[{ id: $id }]`: of a custom scalar, as `_Any` is one, the compiler loses the variable (seen with 0.8.9). */
function hasVariableInLiteral(document: DocumentNode): boolean {
  let isFound = false;
  const look = (literal: ValueNode) =>
    visit(literal, {
      Variable() {
        isFound = true;
        return BREAK;
      },
    });
  visit(document, { ListValue: look, ObjectValue: look });
  return isFound;
}

/**
 * The compiler's errors only look like graphql-js's: without a code they have no extensions at all, and those of
 * its own about an answer (a null where none may be) have no original error, as errors about a request have none.
 */
function asGraphQLError({ extensions, message, originalError, path }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    path: path ?? null,
    originalError: originalError ?? (path ? new Error(message) : null),
    extensions: extensions ?? null,
  });
}
