type Path = readonly (string | number)[];

export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: Path | undefined }[] | undefined;
}

/** Why an answer is not the true one, or nothing. Order of fields counts: the specification fixes it. */
export function differenceFromTruth(ours: Answer, truth: Answer, mayHaveErrors: boolean): string | undefined {
  if (JSON.stringify(ours.data) !== JSON.stringify(truth.data))
    return `data differs ${firstDifference(ours.data, truth.data)}`;
  for (const error of truth.errors ?? []) {
    const at = nullAt(truth.data, error.path ?? []);
    if (!ours.errors?.some(({ path }) => explains(path, error.path ?? [], at))) {
      return `no error explains the null at ${JSON.stringify(at)} (${error.message})`;
    }
  }
  if (!mayHaveErrors && ours.errors?.length && !truth.errors?.length) {
    return `unexpected error: ${ours.errors[0]?.message} at ${JSON.stringify(ours.errors[0]?.path)}`;
  }
  return undefined;
}

/** For answers with a subgraph down: true except for nulls, each of which has an error to explain it. */
export function differenceBeyondNulls(ours: Answer, truth: Answer): string | undefined {
  return beyondNulls(ours.data ?? null, truth.data ?? null, [], ours.errors ?? []);
}

function beyondNulls(
  ours: unknown,
  truth: unknown,
  here: Path,
  errors: NonNullable<Answer['errors']>,
): string | undefined {
  if (ours === null || ours === undefined) {
    if (truth === null || truth === undefined) return undefined;
    return errors.some(({ path }) => explains(path, here, here))
      ? undefined
      : `unexplained null at ${JSON.stringify(here)}`;
  }
  if (typeof ours !== 'object' || typeof truth !== 'object' || truth === null) {
    return ours === truth
      ? undefined
      : `${JSON.stringify(ours)} for ${JSON.stringify(truth)} at ${JSON.stringify(here)}`;
  }
  const keys = Object.keys(truth);
  if (Object.keys(ours).join() !== keys.join()) return `other keys at ${JSON.stringify(here)}`;
  for (const key of keys) {
    const step = Array.isArray(truth) ? Number(key) : key;
    const inner = [(ours as Record<string, unknown>)[key], (truth as Record<string, unknown>)[key]];
    const found = beyondNulls(inner[0], inner[1], [...here, step], errors);
    if (found) return found;
  }
  return undefined;
}

/** At or above the field that failed, or at or below the null that it left. */
function explains(path: Path | undefined, failed: Path, nulled: Path): boolean {
  return !path || isPrefix(path, failed) || isPrefix(nulled, path);
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, i) => step === path[i]);
}

function nullAt(data: unknown, path: Path): Path {
  let value = data;
  for (let i = 0; i < path.length; i++) {
    if (value === null || value === undefined) return path.slice(0, i);
    value = (value as Record<string | number, unknown>)[path[i] as string | number];
  }
  return path;
}

function firstDifference(ours: unknown, truth: unknown, here: Path = []): string {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  if (isObject(ours) && isObject(truth)) {
    const keys = [...new Set([...Object.keys(truth as object), ...Object.keys(ours as object)])];
    for (const key of keys) {
      const [a, b] = [(ours as Record<string, unknown>)[key], (truth as Record<string, unknown>)[key]];
      if (JSON.stringify(a) !== JSON.stringify(b)) return firstDifference(a, b, [...here, key]);
    }
    return `in the order of fields at ${JSON.stringify(here)}`;
  }
  return `at ${JSON.stringify(here)}: ${JSON.stringify(ours)?.slice(0, 200)} for ${JSON.stringify(truth)?.slice(0, 200)}`;
}
