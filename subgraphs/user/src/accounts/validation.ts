import {
  showsSomething,
  type UserErrorCode,
  userErrorCodes,
  validationError,
  validationErrors,
} from '@murmuration/service-kit';
import { z } from 'zod';
import { handlePattern, isReserved } from './handle.ts';
import { isKnownPassword, isOwnName } from './known-passwords.ts';

const handle = z
  .string()
  .regex(handlePattern, 'A handle has 3 to 30 letters, digits and underscores, and begins with a letter.')
  .refine((text) => !isReserved(text), 'This handle is reserved.');
const displayName = z
  .string()
  .trim()
  .refine((text) => lengthOf(text) <= 64, 'A name has 1 to 64 characters.')
  .refine((text) => isPlain(text), 'A name has no control characters, and is of one line.')
  .refine(showsSomething, 'A name shows something.');
const bio = z
  .string()
  .transform((text) => text.replaceAll(/\r\n?/g, '\n').trim())
  .refine((text) => lengthOf(text) <= 300, 'At most 300 characters.')
  .refine(
    (text) => isPlain(text.replaceAll(/[\n\t]/g, '')),
    'No control characters but tabs and line breaks.',
  );

/** Hashing costs by length. */
export const longestPassword = 200;
/** Longer than any code, however it is written. */
export const longestCode = 40;
/** Longer than any handle or address that exists; nothing is hashed or counted for more. */
export const longestName = 254;

const weak = (message: string) => ({ error: message, params: { code: 'WEAK_PASSWORD' } });
const newPassword = z
  .string()
  .refine((text) => lengthOf(text.normalize('NFC')) >= 8, weak('At least 8 characters.'))
  .refine((text) => lengthOf(text) <= longestPassword, `At most ${longestPassword} characters.`)
  .refine((text) => !isKnownPassword(text), weak('Many people have this password: it is guessed first.'));
/** One that is compared, not kept. */
const password = z
  .string()
  .refine((text) => lengthOf(text) <= longestPassword, `At most ${longestPassword} characters.`);
const secondFactorCode = z.string().max(longestCode, 'This is no code.');
const email = z.email('This is not an e-mail address.').max(longestName, 'This is not an e-mail address.');

const ownName = 'A password is not your name or your address.';

export const signUpInput = z
  .object({
    handle,
    email,
    password: newPassword,
    displayName: displayName.nullish(),
    deviceName: displayName.nullish(),
    challengeSolution: z.string().nullish(),
  })
  .refine((input) => !isOwnName(input.password, input), { ...weak(ownName), path: ['password'] });
/** What of a log-in is not compared with anything. */
export const logInInput = z.object({ deviceName: displayName.nullish() });
export const renameSessionInput = z.object({ sessionId: z.string(), deviceName: displayName.nullish() });
/** What a browser answers is read elsewhere. */
export const passkeyLogInInput = z.object({
  credential: z.string(),
  secondFactorCode: secondFactorCode.nullish(),
  deviceName: displayName.nullish(),
});
export const confirmByPasskeyInput = passkeyLogInInput.omit({ deviceName: true });
export const registerPasskeyInput = z.object({ credential: z.string(), name: displayName.nullish() });
export const renamePasskeyInput = z.object({ passkeyId: z.string(), name: displayName.nullish() });
export const leaveInput = z.object({ password: password.nullish() });
export const confirmIdentityInput = z.object({
  password,
  secondFactorCode: secondFactorCode.nullable().default(null),
});
export const changeEmailInput = z.object({ newEmail: email, password: password.nullish() });
export const changePasswordInput = z.object({
  currentPassword: password.nullish(),
  newPassword,
  endOtherSessions: z.boolean(),
});
export const resetPasswordInput = z.object({ token: z.string(), newPassword, endSessions: z.boolean() });
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
  const byField = new Map(result.error.issues.map((issue) => [issue.path.join('.'), faultOf(issue)]));
  throw validationErrors([...byField].map(([field, fault]) => ({ field, ...fault })));
}

function faultOf(issue: z.core.$ZodIssue): { message: string; code?: UserErrorCode } {
  const code =
    issue.code === 'custom' ? userErrorCodes.find((each) => each === issue.params?.['code']) : undefined;
  return { message: issue.message, ...(code && { code }) };
}

/** @throws UserErrors `ValidationError` for a password that is the account's handle or address */
export function refuseOwnNames(
  field: string,
  given: string,
  account: { handle: string; email: string },
): void {
  if (isOwnName(given, account)) throw validationError(field, ownName, 'WEAK_PASSWORD');
}

/** In code points: what a person counts, or nearly, whatever the alphabet. */
function lengthOf(text: string): number {
  return [...text].length;
}

/** Without control characters, line breaks, marks that turn the text around a name, and halves of characters. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(text);
}
