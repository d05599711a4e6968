import { validationError } from '@murmuration/service-kit';

export const textLimits = { codeUnits: 2_000 } as const;

/**
 * The text as it is stored: composed (NFC), lines ended by a newline alone. Its length is counted after
 * that, in UTF-16 code units, the unit of facets.
 * @throws UserErrors `ValidationError` of the field `text`
 */
export function normaliseText(given: string): string {
  if (!given.isWellFormed()) throw validationError('text', 'The text is not well-formed Unicode.');
  const text = given.replaceAll(/\r\n?/g, '\n').normalize('NFC');
  if (/[^\P{Cc}\n]/u.test(text)) {
    throw validationError('text', 'The text holds a control character; only newlines are possible.');
  }
  // Marks and format characters alone show nothing, so neither do they say anything.
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(text)) throw validationError('text', 'The text is empty.');
  if (text.length > textLimits.codeUnits) {
    throw validationError(
      'text',
      `The text is ${text.length} code units long; ${textLimits.codeUnits} are possible.`,
    );
  }
  return text;
}
