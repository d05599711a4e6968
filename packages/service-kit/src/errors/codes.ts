import { GraphQLError } from 'graphql';

/** Every code a top-level error may carry. Codes are for programs, messages for people. */
export const errorCodes = {
  parseFailed: 'GRAPHQL_PARSE_FAILED',
  validationFailed: 'GRAPHQL_VALIDATION_FAILED',
  badUserInput: 'BAD_USER_INPUT',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'FORBIDDEN',
  rateLimited: 'RATE_LIMITED',
  downstream: 'DOWNSTREAM_ERROR',
  slowConsumer: 'SLOW_CONSUMER',
  internal: 'INTERNAL_SERVER_ERROR',
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];

/** Someone must be signed in for this. */
export function unauthenticated(message = 'Sign in first.'): GraphQLError {
  return new GraphQLError(message, { extensions: { code: errorCodes.unauthenticated } });
}

/** Signed in, but not allowed. Never used where it would reveal that a hidden thing exists. */
export function forbidden(message = 'You may not do this.'): GraphQLError {
  return new GraphQLError(message, { extensions: { code: errorCodes.forbidden } });
}

/** Another service did not answer; what depends on it is null. */
export function downstreamError(service: string, cause?: unknown): GraphQLError {
  return new GraphQLError(`The ${service} service is not available right now.`, {
    extensions: { code: errorCodes.downstream, service },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}
