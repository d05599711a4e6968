import { errorCodes } from '../errors/codes.ts';

interface CodedError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const ourFault = new Set<unknown>([errorCodes.internal, errorCodes.downstream, undefined]);

export type OperationOutcome = 'ok' | 'refused' | 'error';

/**
 * The `outcome` label of an operation. Only `error` is ours and raises an alarm: what a client asked wrongly,
 * too often or without signing in is `refused`.
 */
export function outcomeOf(errors: readonly CodedError[] | undefined): OperationOutcome {
  if (!errors || errors.length === 0) return 'ok';
  return errors.some(({ extensions }) => ourFault.has(extensions?.['code'])) ? 'error' : 'refused';
}
