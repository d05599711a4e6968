import type { GraphQLSchema } from 'graphql';
import { newErrors, plainMessage } from '../documents/validate.ts';
import { byOperation, countedUses, isEnough, type TouchedOperation, type UsageRules } from './join.ts';
import type { OperationUse } from './usage-data.ts';

/** An operation that counted clients send, and what the candidate says against it. */
export type InvalidOperation = { operation: TouchedOperation; messages: string[] };

/**
 * The operations in use that were valid and no longer are. The texts are there, so they are asked instead
 * of inferred: whatever a rule believes of a change, a client whose operation is refused is broken.
 */
export function invalidOperations(
  uses: readonly OperationUse[],
  schemas: { before: GraphQLSchema; after: GraphQLSchema },
  rules: UsageRules,
): InvalidOperation[] {
  const counted = countedUses(uses, rules);
  const documents = new Map(
    counted.flatMap(({ hash, document }) => (document ? [[hash, document] as const] : [])),
  );
  const messages = new Map<string, string[]>();
  for (const [hash, document] of documents) {
    const said = newErrors(document, schemas.after, schemas.before).map(plainMessage);
    if (said.length > 0) messages.set(hash, [...new Set(said)]);
  }
  const broken = counted.filter(({ hash }) => messages.has(hash));
  if (!isEnough(broken, counted, rules)) return [];
  return byOperation(broken).map((operation) => ({
    operation,
    messages: messages.get(operation.hash) ?? [],
  }));
}
