import type { UserError } from '@murmuration/service-kit';

/** What this subgraph's schema knows: how often somebody may do something is the edge's rule. */
export type TimelineError = Exclude<UserError, { __typename: 'RateLimited' }>;

export function inSchema(error: UserError): TimelineError {
  if (error.__typename === 'RateLimited') throw new Error('RateLimited is not in the schema of timeline');
  return error;
}
