import { UserErrors } from '@murmuration/service-kit';
import { z } from 'zod';
import { handlePattern, isReserved } from './handle.ts';

const handle = z
  .string()
  .regex(handlePattern, 'A handle has 3 to 30 letters, digits and underscores, and begins with a letter.')
  .refine((text) => !isReserved(text), 'This handle is reserved.');
const displayName = z
  .string()
  .trim()
  .min(1, 'A name has 1 to 64 characters.')
  .refine((text) => [...text].length <= 64, 'A name has 1 to 64 characters.')
  .refine(isPlain, 'A name has no control characters.');
const bio = z
  .string()
  .trim()
  .refine((text) => [...text].length <= 300, 'At most 300 characters.')
  .refine((text) => isPlain(text.replaceAll('\n', '')), 'No control characters but line breaks.');

export const signUpInput = z.object({
  handle,
  email: z.email('This is not an e-mail address.').max(254, 'This is not an e-mail address.'),
  // Bounded above because hashing costs by length, below because of guessing.
  password: z.string().min(8, 'At least 8 characters.').max(200, 'At most 200 characters.'),
  displayName: displayName.nullish(),
});
export type SignUp = z.infer<typeof signUpInput>;

export const profileInput = z.object({
  handle: handle.nullish(),
  displayName: displayName.nullish(),
  bio: bio.nullish(),
  isPrivate: z.boolean().nullish(),
});
export type ProfileChange = z.infer<typeof profileInput>;

/**
 * Parses a mutation's input.
 * @throws UserErrors one `ValidationError` for every field that is not acceptable
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const byField = new Map(result.error.issues.map((issue) => [issue.path.join('.'), issue.message]));
  throw new UserErrors(
    ...[...byField].map(([field, message]) => ({ __typename: 'ValidationError' as const, field, message })),
  );
}

/** Without control characters, marks that reorder the text around a name, and halves of characters. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(text);
}
