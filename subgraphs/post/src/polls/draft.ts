import { showsSomething, validationError } from '@murmuration/service-kit';
import { normaliseText } from '../posts/text.ts';
import { pollLimits, type PollSettings } from './limits.ts';
import type { PollDraft } from './poll.ts';

/** A poll as a client sends it. */
export interface NewPoll {
  readonly options: readonly string[];
  readonly isMultipleChoice?: boolean | undefined;
  readonly durationMinutes: number;
}

/**
 * Turns what a client sent into a poll that may be written.
 * @throws UserErrors `ValidationError` naming what is wrong
 */
export function createPollDraft(
  { durationMinutes, isMultipleChoice, options: given }: NewPoll,
  { leastMinutes, mostMinutes }: PollSettings,
): PollDraft {
  const { least, most } = pollLimits.options;
  if (given.length < least || given.length > most) {
    throw validationError('poll.options', `A poll has ${least} to ${most} options.`);
  }
  const options = given.map((option, index) => optionFrom(`poll.options.${index}`, option));
  const twice = options.findIndex((option, index) => options.indexOf(option) < index);
  if (twice !== -1) throw validationError(`poll.options.${twice}`, 'This option is there already.');
  if (durationMinutes < leastMinutes || durationMinutes > mostMinutes) {
    throw validationError(
      'poll.durationMinutes',
      `A poll is open for ${leastMinutes} to ${mostMinutes} minutes.`,
    );
  }
  return { options, isMultiple: isMultipleChoice ?? false, durationMinutes };
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
