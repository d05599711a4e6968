/** An array parameter of `bigint[]`, written at once: the driver would quote id by id. */
export function idArray(ids: readonly bigint[]): string {
  return `{${ids.join(',')}}`;
}

/** An array parameter of `text[]`, for statements whose values are texts. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
