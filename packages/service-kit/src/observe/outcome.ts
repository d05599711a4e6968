import type { GraphQLError } from 'graphql';
import { errorCodes } from '../errors/codes.ts';

const ourFault = new Set<unknown>([errorCodes.internal, errorCodes.downstream, undefined]);

/**
 * The `outcome` label of an operation. Only `error` is ours and raises an alarm: what a client asked wrongly,
 * too often or without signing in is `refused`.
 */
export function outcomeOf(errors: readonly GraphQLError[] | undefined): 'ok' | 'refused' | 'error' {
  if (!errors || errors.length === 0) return 'ok';
  return errors.some(({ extensions }) => ourFault.has(extensions['code'])) ? 'error' : 'refused';
}
