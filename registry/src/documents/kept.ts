import { print } from 'graphql';
import { z } from 'zod';
import { parseText } from '../parse-text.ts';
import type { StoredOperation } from './read.ts';

/** The operations of a version's day as the store keeps them: a later check asks them, not a later checkout's. */
export const keptOperationsSchema = z.array(
  z.object({
    name: z.string(),
    id: z.string().optional(),
    file: z.string(),
    line: z.number(),
    text: z.string(),
  }),
);

export type KeptOperation = z.output<typeof keptOperationsSchema>[number];

/** What a version remembers of an operation. */
export function keepOperation({ document, ...one }: StoredOperation): KeptOperation {
  return { ...one, text: print(document) };
}

/** The operation again, ready to be validated. Throws a `GraphQLError` if the text was edited into nonsense. */
export function restoreOperation({ text, ...one }: KeptOperation): StoredOperation {
  return { ...one, document: parseText(text, one.file) };
}

/** Whether two versions know the same operations, wherever they stood. */
export function isSameOperations(
  one: readonly KeptOperation[] | undefined,
  other: readonly KeptOperation[] | undefined,
): boolean {
  const texts = (all: readonly KeptOperation[] = []) =>
    JSON.stringify(all.map(({ name, text }) => [name, text]).sort());
  return texts(one) === texts(other);
}
