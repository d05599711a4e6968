import type { UserError } from '@murmuration/service-kit';

/** What this subgraph's schema knows: its mutations are about nothing but the viewer's own settings. */
export type TimelineError = Extract<UserError, { __typename: 'ValidationError' }> & { code: 'INVALID_VALUE' };

export function inSchema(error: UserError): TimelineError {
  if (error.__typename === 'ValidationError' && error.code === 'INVALID_VALUE')
    return { ...error, code: error.code };
  throw new Error(`${error.__typename} is not in the schema of timeline`);
}
