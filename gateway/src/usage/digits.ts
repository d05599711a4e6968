const zero = 48;
const comma = 44;

/** Digits of the largest number that counts can make. */
export const mostDigits = 12;

/**
 * Writes a whole number from 0 in decimal, at a place. A string for every number of a report, and another for every comma, would cost more
 * than counting what it tells.
 * @returns the place behind it
 */
export function writeNumber(into: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    into[at] = zero + value;
    return at + 1;
  }
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  for (let place = end - 1, rest = value; place >= at; place--) {
    const next = Math.floor(rest / 10);
    into[place] = zero + rest - 10 * next;
    rest = next;
  }
  return end;
}

/** Writes numbers with commas between them. */
export function writeNumbers(
  into: Uint8Array,
  at: number,
  values: Uint32Array,
  from: number,
  to: number,
): number {
  let end = at;
  for (let place = from; place < to; place++) {
    if (place > from) into[end++] = comma;
    end = writeNumber(into, end, values[place] ?? 0);
  }
  return end;
}
