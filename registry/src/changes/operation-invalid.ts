import { specifiedScalarTypes } from 'graphql';
import type { InvalidOperation } from '../usage/invalid-operations.ts';
import type { UsageVerdict } from '../usage/join.ts';
import type { Change } from './change.ts';
import { identity } from './diff-schemas.ts';

/**
 * The operations in use that the candidate refuses for a reason which none of `changes` owns up to. What a
 * breaking change already answers for (and somebody may have approved) is not counted twice.
 */
export function unexplained(
  operations: readonly InvalidOperation[],
  changes: readonly Change[],
  verdicts: ReadonlyMap<Change, UsageVerdict>,
): InvalidOperation[] {
  return operations.flatMap(({ operation, messages }) => {
    const owners = changes.filter(
      (change) => change.level === 'breaking' && touches(verdicts.get(change), operation.hash),
    );
    const left = messages.filter((message) => !owners.some((change) => explains(change, message)));
    return left.length > 0 ? { operation, messages: left } : [];
  });
}

/** Such an operation as a change of its own, which can be approved like any other. */
export function operationInvalid({ operation, messages }: InvalidOperation): Change {
  return {
    id: identity('OPERATION_INVALID', operation.hash, undefined, messages.join('\n')),
    type: 'OPERATION_INVALID',
    level: 'breaking',
    reason: 'It was valid before, and the candidate refuses it.',
    message: `Operation '${operation.name}' becomes invalid: ${messages.join(' ')}`,
    coordinate: operation.name,
    touches: [],
  };
}

function touches(verdict: UsageVerdict | undefined, hash: string): boolean {
  return verdict?.status === 'used' && verdict.operations.some((operation) => operation.hash === hash);
}

const builtIn = new Set(specifiedScalarTypes.map(({ name }) => name));

/** Whether a change and a refusal speak of one thing: they have a name in common that is not everybody's. */
function explains({ coordinate, before = '', after = '' }: Change, message: string): boolean {
  const names = new Set(`${coordinate} ${before} ${after}`.match(/\w+/g));
  return (message.match(/\w+/g) ?? []).some((word) => names.has(word) && !builtIn.has(word));
}
