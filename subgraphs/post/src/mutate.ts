import { payloadOf, type PayloadWith, type UserError } from '@murmuration/service-kit';
import type { Context } from './context.ts';

/** What this subgraph's schema knows: of posts one may have any number. */
type PostError = Exclude<UserError, { __typename: 'LimitReached' }>;

/**
 * Runs a mutation: what the person can mend becomes `errors`. Whatever came before it in the request may
 * have been remembered, so that what follows starts with loaders that remember nothing.
 */
export async function mutate<Payload extends object>(
  context: Context,
  run: () => Promise<Payload>,
): Promise<PayloadWith<Payload, PostError>> {
  const payload = await payloadOf(run);
  context.loaders = context.services.createLoaders(context);
  return { ...payload, errors: payload.errors.map(inSchema) };
}

function inSchema(error: UserError): PostError {
  if (error.__typename === 'LimitReached') throw new Error('LimitReached is not in the schema of post');
  return error;
}
