/** For programs, as `UserErrorCode` in the schema describes them; a test holds the two equal. */
export const userErrorCodes = [
  'INVALID_VALUE',
  'WEAK_PASSWORD',
  'NOT_FOUND',
  'CONFLICT',
  'HANDLE_TAKEN',
  'EMAIL_TAKEN',
  'IDEMPOTENCY_KEY_REUSED',
  'IN_PROGRESS',
  'BLOCKED',
  'NOT_ALLOWED',
  'ONESELF',
  'NOT_AUTHOR',
  'NOT_PUBLIC',
  'WIDER_THAN_PARENT',
  'POLL_ENDED',
  'ALREADY_VOTED',
  'WRONG_CREDENTIALS',
  'ACCOUNT_SUSPENDED',
  'SECOND_FACTOR_REQUIRED',
  'WRONG_CODE',
  'CONFIRMATION_REQUIRED',
  'SESSION_ENDED',
  'REFRESH_TOKEN_REUSED',
  'LINK_USED',
  'LINK_EXPIRED',
  'LINK_INVALID',
  'CHALLENGE_REQUIRED',
  'CHALLENGE_USED',
  'CHALLENGE_EXPIRED',
  'CHALLENGE_INVALID',
  'LIMIT_REACHED',
  'RATE_LIMITED',
  'BUSY',
] as const;
export type UserErrorCode = (typeof userErrorCodes)[number];

interface Common {
  code: UserErrorCode;
  message: string;
  /** The value of the input that it is about, from the outside in; null when it is about no single one. */
  path: readonly string[] | null;
}

/**
 * What a mutation answers in `errors` when the person can do something about it. The `__typename` is the
 * concrete GraphQL type of the `UserError` interface.
 */
export type UserError =
  | ({ __typename: 'ValidationError'; field: string } & Common)
  | ({ __typename: 'NotFound' } & Common)
  | ({ __typename: 'Conflict' } & Common)
  | ({ __typename: 'Blocked' } & Common)
  | ({ __typename: 'NotAllowed' } & Common)
  | ({ __typename: 'LimitReached'; limit: number } & Common)
  | ({ __typename: 'RateLimited'; retryAfter: number } & Common);

/** Thrown inside a mutation's transaction to undo it and to answer with these errors. */
export class UserErrors extends Error {
  override readonly name = 'UserErrors';
  readonly errors: readonly UserError[];

  constructor(...errors: UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors;
  }
}

/** More than an error's kind tells by itself. */
export interface Details {
  /** In place of the general code of its kind. */
  code?: UserErrorCode;
  /** The value of the input that it is about, from the outside in. */
  path?: readonly string[];
}

/** Values of the input that are not acceptable; each `field` is a path in the input, joined by dots. */
export function validationErrors(
  faults: Iterable<{ field: string; message: string; code?: UserErrorCode }>,
): UserErrors {
  return new UserErrors(
    ...[...faults].map(({ field, message, code = 'INVALID_VALUE' }) => ({
      __typename: 'ValidationError' as const,
      code,
      message,
      field,
      path: field.split('.'),
    })),
  );
}

/** A value of the input is not acceptable; `field` is its path in the input. */
export function validationError(field: string, message: string, code?: UserErrorCode): UserErrors {
  return validationErrors([{ field, message, ...(code && { code }) }]);
}

/** The thing does not exist, or does not exist for this viewer: the two must look alike. */
export function notFound(what: string, details?: Details): UserErrors {
  const message = `This ${what} does not exist.`;
  return new UserErrors({ __typename: 'NotFound', ...common('NOT_FOUND', message, details) });
}

/** Something else already has the place, or the state changed meanwhile. */
export function conflict(message: string, details?: Details): UserErrors {
  return new UserErrors({ __typename: 'Conflict', ...common('CONFLICT', message, details) });
}

/** One of the two people has blocked the other. */
export function blocked(message = 'You cannot interact with this person.', details?: Details): UserErrors {
  return new UserErrors({ __typename: 'Blocked', ...common('BLOCKED', message, details) });
}

/** Never possible for this viewer, whatever the state. */
export function notAllowed(message: string, details?: Details): UserErrors {
  return new UserErrors({ __typename: 'NotAllowed', ...common('NOT_ALLOWED', message, details) });
}

/** There are as many as one may have; something has to go first. */
export function limitReached(limit: number, message: string, details?: Details): UserErrors {
  return new UserErrors({ __typename: 'LimitReached', limit, ...common('LIMIT_REACHED', message, details) });
}

/** Too often in too short a time; another try is worth it after `retryAfter` seconds. */
export function rateLimited(retryAfter: number, message: string, details?: Details): UserErrors {
  return new UserErrors({
    __typename: 'RateLimited',
    retryAfter,
    ...common('RATE_LIMITED', message, details),
  });
}

function common(code: UserErrorCode, message: string, details: Details = {}): Common {
  return { code: details.code ?? code, message, path: details.path ?? null };
}

/** A payload as clients get it: with errors everything else is null, for graphql-js takes what is missing for that. */
export type PayloadWith<Payload, Kind = UserError> = { [Field in keyof Payload]: Payload[Field] | null } & {
  errors: readonly Kind[];
};

/**
 * Runs a mutation and turns what the person did wrong into its payload's `errors`; surprises pass through.
 */
export async function payloadOf<Payload extends object>(
  run: () => Promise<Payload>,
): Promise<PayloadWith<Payload>> {
  try {
    return { ...(await run()), errors: [] };
  } catch (error) {
    if (error instanceof UserErrors) return { errors: error.errors } as PayloadWith<Payload>;
    throw error;
  }
}
