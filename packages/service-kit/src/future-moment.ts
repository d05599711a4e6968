import { validationError } from './errors/user-errors.ts';

const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a value of the scalar `DateTime` in a mutation's input that must still be to come; null and undefined are none.
 * @throws UserErrors `ValidationError` naming the field, for what is no ISO 8601 text with its zone, and for what is over
 */
export function futureMoment(field: string, value: unknown): Date | null {
  if (value == null) return null;
  const moment = new Date(typeof value === 'string' && iso.test(value) ? value : Number.NaN);
  if (!(moment.getTime() > Date.now())) throw validationError(field, 'Give a moment that is still to come.');
  return moment;
}
