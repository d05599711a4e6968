/** An error of a GraphQL result, as far as it is read here. */
export interface ResultError {
  readonly message: string;
  readonly extensions?: { readonly code?: string } & Readonly<Record<string, unknown>>;
}

/**
 * Why a stream ended for good: a code of the server's that says so (`UNAUTHENTICATED`, `FORBIDDEN`, `BAD_USER_INPUT`,
 * `GRAPHQL_VALIDATION_FAILED`, …), or one of the client's own.
 */
export type LiveErrorCode =
  | 'UNAUTHENTICATED'
  /** The session has ended: sign in again. */
  | 'SESSION_ENDED'
  /** The other side does not speak the protocol, or says that this one does not. */
  | 'PROTOCOL'
  /** No connection for `giveUpAfterMs`. */
  | 'UNREACHABLE'
  | 'TOO_MANY_STREAMS'
  /** The events cannot be read: the document must select `__typename` in them. */
  | 'NO_TYPENAME'
  | 'CLOSED'
  | (string & {});

/** A stream that cannot go on. What it is safe to try again was tried again already. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  readonly code: LiveErrorCode;
  /** What the server said, if it did. */
  readonly errors: readonly ResultError[];

  constructor(code: LiveErrorCode, message: string, errors: readonly ResultError[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

/** The only codes after which the same subscribe may go well; those of other servers are for the app to see. */
const passing: readonly unknown[] = [
  'DOWNSTREAM_ERROR',
  'EVENT_INCOMPLETE',
  'INTERNAL_SERVER_ERROR',
  'RATE_LIMITED',
];

/** What errors without data mean: undefined when it may be tried again. */
export function finalError(errors: readonly ResultError[]): LiveError | undefined {
  const { extensions, message = 'The subscription failed.' } = errors[0] ?? {};
  const code = extensions?.code ?? 'INTERNAL_SERVER_ERROR';
  return passing.includes(code) ? undefined : new LiveError(code, message, errors);
}
