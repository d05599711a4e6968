import { conflict, notAllowed, validationError } from '@murmuration/service-kit';
import type { PostRow } from '../posts/post.ts';
import type { PollRow } from './poll.ts';

/** Whether the viewer may know what is ahead: who has voted, whose poll it is, and everybody once it has ended. */
export function maySeeCounts(
  viewerId: bigint | null,
  { authorId }: Pick<PostRow, 'authorId'>,
  { hasEnded, viewerChoices }: Pick<PollRow, 'hasEnded' | 'viewerChoices'>,
): boolean {
  return hasEnded || (viewerId !== null && (viewerChoices !== null || authorId === viewerId));
}

/** @throws UserErrors `NotAllowed` */
export function requireOthers(viewerId: bigint, { authorId }: Pick<PostRow, 'authorId'>): void {
  if (authorId !== viewerId) return;
  throw notAllowed('One does not vote in a poll of one’s own.', { code: 'ONESELF', path: ['postId'] });
}

/**
 * Places of options in their order, each once.
 * @throws UserErrors `ValidationError` for what is no choice of this poll
 */
export function choicesOf(
  { isMultiple, options }: Pick<PollRow, 'isMultiple' | 'options'>,
  given: readonly number[],
): number[] {
  if (given.length === 0) throw validationError('choices', 'Choose something.');
  if (!isMultiple && given.length > 1)
    throw validationError('choices', 'Only one option can be chosen here.');
  if (given.length > options.length) throw validationError('choices', 'There are not so many options.');
  for (const [index, choice] of given.entries()) {
    const field = `choices.${index}`;
    if (!(choice in options)) throw validationError(field, 'There is no such option.');
    if (given.indexOf(choice) < index) throw validationError(field, 'This option was chosen already.');
  }
  return given.toSorted((one, other) => one - other);
}

/**
 * That a vote said the same before: then it is one that was sent again.
 * @throws UserErrors `Conflict`
 */
export function requireSame(before: readonly number[], choices: readonly number[]): void {
  if (before.join() === choices.join()) return;
  throw conflict('You have voted in this poll already.', { code: 'ALREADY_VOTED', path: ['choices'] });
}
