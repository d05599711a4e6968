import { createHash } from 'node:crypto';
import { showsSomething, validationError } from '@murmuration/service-kit';
import { listLimits } from './limits.ts';

/** @throws UserErrors `ValidationError` */
export function readName(text: string): string {
  const name = text.trim();
  const most = listLimits.nameCharacters;
  if ([...name].length > most || !isPlain(name) || !showsSomething(name))
    throw validationError('name', `A name has 1 to ${most} characters, of one line.`);
  return name;
}

/** @throws UserErrors `ValidationError` */
export function readDescription(text: string): string {
  const description = text.replaceAll(/\r\n?/g, '\n').trim();
  const most = listLimits.descriptionCharacters;
  if ([...description].length > most || !isPlain(description.replaceAll('\n', '')))
    throw validationError(
      'description',
      `A description has at most ${most} characters, and no control characters.`,
    );
  return description;
}

/** A creating mutation that may be sent again. */
export interface Attempt {
  key: string;
  inputHash: Buffer;
}

/** @throws UserErrors `ValidationError` */
export function readAttempt(key: string | null | undefined, input: readonly unknown[]): Attempt | null {
  if (key == null) return null;
  const most = listLimits.idempotencyKeyCharacters;
  if (key.length < 1 || key.length > most || !key.isWellFormed() || key.includes('\0'))
    throw validationError('idempotencyKey', `A key has 1 to ${most} characters.`);
  return { key, inputHash: createHash('sha256').update(JSON.stringify(input)).digest() };
}

/** Without control characters, and marks that turn the text around a name. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(text);
}
