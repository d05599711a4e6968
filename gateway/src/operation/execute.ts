import { execute as run } from '../execution/execute.ts';
import type { FormatOutcome } from './mask-errors.ts';
import type { Execute } from './road.ts';

/** Runs admitted operations with our executor. */
export function createExecute(format: FormatOutcome): Execute {
  return async ({ compiled, variables }, _asked, context) => {
    if (!compiled) throw new Error('an operation was admitted without a plan');
    return { result: format(await run(compiled, { variables, context, signal: context.signal })) };
  };
}
