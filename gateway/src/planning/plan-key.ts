/** What a plan is known by: the document's hash, the operation, and the labels and switches that are on. */
export function planKey(
  hash: string,
  operationName: string | undefined,
  labels: readonly string[],
  switchesOn: readonly string[],
): string {
  return `${operationName ?? ''}\n${labels.join(' ')}\n${switchesOn.join(' ')}\n${hash}`;
}

/** Labels the supergraph does not know would only multiply cache entries. */
export function knownLabels(all: readonly string[], wanted: Iterable<string> | undefined): string[] {
  if (all.length === 0 || !wanted) return [];
  const on = new Set(wanted);
  return all.filter((label) => on.has(label));
}
