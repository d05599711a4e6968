/**
 * When a key was made, if its id says so: a word and a day, as in `k20261125-3fa9c1`. Nothing else knows: neither a
 * JWK nor 32 random bytes carry a date.
 */
export function madeAt(id: string | null): Date | null {
  const [, year, month, day] = /^[a-z]+(20\d\d)(\d\d)(\d\d)(?!\d)/.exec(id ?? '') ?? [];
  if (year === undefined) return null;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}
