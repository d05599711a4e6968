import { errorCode } from './errors.ts';
import { isAbsent, isJsonObject, type JsonObject } from './json.ts';
import type { Fault } from './run-state.ts';
import type { EventOutcome } from './types.ts';

/** Codes of subgraphs that may answer otherwise a moment later. */
const passing = new Set<unknown>([errorCode.downstream, errorCode.busy]);

/**
 * What an event lacks after the rest of its plan has run. A fault of a resolver's own lasts, and is told.
 * @param named the objects that the event came with: not those that were fetched into it
 */
export function missingOf(named: readonly JsonObject[], faults: readonly Fault[]): EventOutcome['missing'] {
  if (faults.some(isPassing)) return 'away';
  return named.some(isAbsent) ? 'gone' : undefined;
}

function isPassing({ cause }: Fault): boolean {
  return 'failure' in cause || passing.has(cause.answer.extensions?.code);
}

export function objectsIn(value: unknown, found: JsonObject[] = []): JsonObject[] {
  if (Array.isArray(value)) for (const item of value) objectsIn(item, found);
  else if (isJsonObject(value)) {
    found.push(value);
    for (const key in value) objectsIn(value[key], found);
  }
  return found;
}
