import { validationError } from '@murmuration/service-kit';
import type { PollSettings } from './limits.ts';
import { pollOptionsFrom } from './options.ts';
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
  const options = pollOptionsFrom(given);
  if (durationMinutes < leastMinutes || durationMinutes > mostMinutes) {
    throw validationError(
      'poll.durationMinutes',
      `A poll is open for ${leastMinutes} to ${mostMinutes} minutes.`,
    );
  }
  return { options, isMultiple: isMultipleChoice ?? false, durationMinutes };
}
