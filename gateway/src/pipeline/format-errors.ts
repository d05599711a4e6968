import type { HTTPGraphQLHead } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { codedJson, type FormatError } from '../plugins/mask-errors.ts';

/** Errors as clients see them. What they say of the HTTP answer goes into `head`. */
export function formatErrors(
  errors: readonly GraphQLError[],
  format: FormatError,
  head: HTTPGraphQLHead,
): GraphQLFormattedError[] {
  return errors.map((error) => {
    const http = error.extensions.http as unknown as Partial<HTTPGraphQLHead> | undefined;
    if (http) addHead(head, http);
    return format(codedJson(error), error);
  });
}

export function addHead(head: HTTPGraphQLHead, { status, headers }: Partial<HTTPGraphQLHead>): void {
  if (status) head.status = status;
  for (const [name, value] of headers ?? []) head.headers.set(name, value);
}

export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(`Unexpected error value: ${String(thrown)}`);
  return new GraphQLError(error.message, { originalError: error });
}
