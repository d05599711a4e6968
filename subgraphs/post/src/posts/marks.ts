import { validationError } from '@murmuration/service-kit';
import { findMarks, handlesIn, type Mark } from './facets.ts';

export const markLimits = { mentions: 50 } as const;

/**
 * Everything in a text that may mean something, and the handles to look up.
 * @throws UserErrors `ValidationError` of the field `text`
 */
export function readMarks(text: string): { marks: Mark[]; handles: string[] } {
  const marks = findMarks(text);
  const handles = handlesIn(marks);
  if (handles.length > markLimits.mentions) {
    throw validationError('text', `At most ${markLimits.mentions} people can be mentioned.`);
  }
  return { marks, handles };
}
