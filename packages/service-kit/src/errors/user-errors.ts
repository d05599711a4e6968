/**
 * What a mutation answers in `errors` when the person can do something about it. The `__typename` is the
 * concrete GraphQL type of the `UserError` interface.
 */
export type UserError =
  | { __typename: 'ValidationError'; message: string; field: string }
  | { __typename: 'NotFound'; message: string }
  | { __typename: 'Conflict'; message: string }
  | { __typename: 'Blocked'; message: string }
  | { __typename: 'NotAllowed'; message: string }
  | { __typename: 'RateLimited'; message: string; retryAfter: number };

/** Thrown inside a mutation's transaction to undo it and to answer with these errors. */
export class UserErrors extends Error {
  override readonly name = 'UserErrors';
  readonly errors: readonly UserError[];

  constructor(...errors: UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors;
  }
}

/** A value of the input is not acceptable; `field` is its path in the input. */
export function validationError(field: string, message: string): UserErrors {
  return new UserErrors({ __typename: 'ValidationError', field, message });
}

/** The thing does not exist, or does not exist for this viewer: the two must look alike. */
export function notFound(what: string): UserErrors {
  return new UserErrors({ __typename: 'NotFound', message: `This ${what} does not exist.` });
}

/** Something else already has the place, or the state changed meanwhile. */
export function conflict(message: string): UserErrors {
  return new UserErrors({ __typename: 'Conflict', message });
}

/** One of the two people has blocked the other. */
export function blocked(message = 'You cannot interact with this person.'): UserErrors {
  return new UserErrors({ __typename: 'Blocked', message });
}

/** Never possible for this viewer, whatever the state. */
export function notAllowed(message: string): UserErrors {
  return new UserErrors({ __typename: 'NotAllowed', message });
}

/**
 * Runs a mutation and turns what the person did wrong into its payload's `errors`; surprises pass through.
 */
export async function payloadOf<Payload extends object>(
  run: () => Promise<Payload>,
): Promise<Partial<Payload> & { errors: readonly UserError[] }> {
  try {
    return { ...(await run()), errors: [] };
  } catch (error) {
    if (error instanceof UserErrors)
      return { errors: error.errors } as Partial<Payload> & { errors: readonly UserError[] };
    throw error;
  }
}
