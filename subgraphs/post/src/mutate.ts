import { payloadOf, type UserError } from '@murmuration/service-kit';
import type { Context } from './context.ts';

/**
 * Runs a mutation: what the person can mend becomes `errors`. Whatever came before it in the request may
 * have been remembered, so that what follows starts with loaders that remember nothing.
 */
export async function mutate<Payload extends object>(
  context: Context,
  run: () => Promise<Payload>,
): Promise<Partial<Payload> & { errors: UserError[] }> {
  const payload = await payloadOf(run);
  context.loaders = context.services.createLoaders(context.viewerId);
  return { ...payload, errors: [...payload.errors] };
}
