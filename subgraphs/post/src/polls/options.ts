import { showsSomething, validationError } from '@murmuration/service-kit';
import { normaliseText } from '../posts/text.ts';
import { pollLimits } from './limits.ts';

/**
 * What a poll lets people choose from, as it may be written.
 * @throws UserErrors `ValidationError` naming what is wrong
 */
export function pollOptionsFrom(given: readonly string[]): string[] {
  const { least, most } = pollLimits.options;
  if (given.length < least || given.length > most) {
    throw validationError('poll.options', `A poll has ${least} to ${most} options.`);
  }
  const options = given.map((option, index) => optionFrom(`poll.options.${index}`, option));
  const twice = options.findIndex((option, index) => options.indexOf(option) < index);
  if (twice !== -1) throw validationError(`poll.options.${twice}`, 'This option is there already.');
  return options;
}

/** By the rules of a post's text, on one line. */
function optionFrom(field: string, given: string): string {
  const text = normaliseText(given, field).replaceAll(/\s+/gu, ' ').trim();
  if (!showsSomething(text)) throw validationError(field, 'The option is empty.');
  const { optionCodeUnits } = pollLimits;
  if (text.length > optionCodeUnits) {
    throw validationError(field, `An option has at most ${optionCodeUnits} UTF-16 code units.`);
  }
  return text;
}
