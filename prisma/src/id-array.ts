/** An array parameter of `bigint[]`, written at once: the driver would quote id by id. */
export function idArray(ids: readonly bigint[]): string {
  return `{${ids.join(',')}}`;
}
