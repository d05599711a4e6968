import { showsSomething, validationError } from '@murmuration/service-kit';
import { closeDirections, hasDirectionOverride } from './direction.ts';

export const textLimits = { codeUnits: 2_000 } as const;

/** All that Unicode calls the end of a line, as other systems and word processors write it. */
const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/gu;

/**
 * The text as it is stored: composed (NFC), lines ended by a newline alone. Its length is counted after
 * that, in UTF-16 code units, the unit of facets.
 * @param field of the input that it is
 * @throws UserErrors `ValidationError` of the field
 */
export function normaliseText(given: string, field = 'text'): string {
  if (!given.isWellFormed()) throw validationError(field, 'The text is not well-formed Unicode.');
  const text = closeDirections(given.replaceAll(lineEnds, '\n').normalize('NFC'));
  if (/[^\P{Cc}\n\t]/u.test(text)) {
    throw validationError(field, 'The text holds a control character; only newlines and tabs are possible.');
  }
  if (hasDirectionOverride(text)) {
    throw validationError(
      field,
      'The text overrides its direction, which would make it read as another one.',
    );
  }
  if (!showsSomething(text)) throw validationError(field, 'The text is empty.');
  if (text.length > textLimits.codeUnits) {
    throw validationError(
      field,
      `The text is ${text.length} code units long; ${textLimits.codeUnits} are possible.`,
    );
  }
  return text;
}
