import { dictionary } from '@zxcvbn-ts/language-common';

/** Those that are long enough to be refused for being known rather than for being short. */
const known = new Set(dictionary['passwords-common'].filter((password) => password.length >= 8));

/** Of so few characters that it is one for any guesser: `aaaaaaaa`, `abababab`. */
const fewestCharacters = 3;

/**
 * Whether it is among the 50,000 that people choose most, whatever its letter case, and with figures or marks behind it
 * as people add them when a form asks for some. The list is a library's: nothing is asked of anybody.
 */
export function isKnownPassword(password: string): boolean {
  const lower = password.toLowerCase();
  if (new Set(lower).size < fewestCharacters) return true;
  return known.has(lower) || known.has(lower.replace(/[\d\p{P}\p{S}]+$/u, ''));
}

/** Whether it is made of what everybody can read of the account, or of its address. */
export function isOwnName(password: string, account: { handle: string; email: string }): boolean {
  const lower = password.toLowerCase();
  const email = account.email.toLowerCase();
  return [account.handle.toLowerCase(), email, email.split('@', 1)[0]].includes(lower);
}
