import { GraphQLError } from 'graphql';
import type { Path } from './path.ts';
import type { SubgraphError } from './types.ts';

/** Codes in `extensions.code` of what execution reports. */
export const errorCode = {
  downstream: 'DOWNSTREAM_ERROR',
  badInput: 'BAD_USER_INPUT',
  invalid: 'GRAPHQL_VALIDATION_FAILED',
  internal: 'INTERNAL_SERVER_ERROR',
  /** More new operations at once than can be planned; the same one may do later. */
  busy: 'RATE_LIMITED',
  /** No plan of it could be proven right, so nothing was fetched. */
  notPlannable: 'OPERATION_NOT_PLANNABLE',
} as const;

/** Why a fetch gave no answer; in `extensions.reason` beside `DOWNSTREAM_ERROR`. */
export type FetchFailureReason =
  | 'TIMEOUT'
  | 'DEADLINE'
  | 'CANCELLED'
  | 'CIRCUIT_OPEN'
  | 'OVERLOADED'
  | 'UNREACHABLE'
  | 'BAD_ANSWER';

/** A fetch that ended without a GraphQL answer. The message is for logs: it may name the subgraph. */
export class FetchFailure extends Error {
  readonly reason: FetchFailureReason;
  readonly status: number | undefined;

  constructor(reason: FetchFailureReason, message: string, options?: { cause?: unknown; status?: number }) {
    super(message, { cause: options?.cause });
    this.name = 'FetchFailure';
    this.reason = reason;
    this.status = options?.status;
  }
}

/** Where an error came from, and for whose request it was asked. */
export interface ErrorSource {
  readonly subgraph: string;
  readonly requestId: string;
}

const sources = new WeakMap<GraphQLError, ErrorSource>();

/** For metrics and logs, never for clients. */
export function sourceOf(error: GraphQLError): ErrorSource | undefined {
  return sources.get(error);
}

export function subgraphError(
  error: SubgraphError,
  path: Path | undefined,
  source: ErrorSource,
): GraphQLError {
  const made = new GraphQLError(error.message || 'A part of the graph answered with an error', {
    ...(path && path.length > 0 ? { path } : {}),
    extensions: { ...error.extensions, code: error.extensions?.code ?? errorCode.downstream },
  });
  sources.set(made, source);
  return made;
}

export function fetchError(cause: unknown, path: Path | undefined, source: ErrorSource): GraphQLError {
  const reason = cause instanceof FetchFailure ? cause.reason : 'UNREACHABLE';
  const made = new GraphQLError('A part of the graph could not be reached', {
    ...(path && path.length > 0 ? { path } : {}),
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
    extensions: { code: errorCode.downstream, reason },
  });
  sources.set(made, source);
  return made;
}
