export type JsonObject = Record<string, unknown>;

const absent: unique symbol = Symbol('the owner says that there is no such entity');

/**
 * Marks an object whose owner answered that there is no such entity. What only the owner knows is missing
 * from it, which makes it null without being anybody's error.
 */
export function markAbsent(target: JsonObject): void {
  (target as { [absent]?: true })[absent] = true;
}

export function isAbsent(target: JsonObject): boolean {
  return (target as { [absent]?: true })[absent] === true;
}

/**
 * Whether a key, written to an object, would change its prototype instead: never merged, never a response key. Others of
 * Object.prototype (`constructor`) are plain names, as long as they are looked for among an object's own.
 */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__';
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A deep copy of parsed JSON. `structuredClone` costs several times as much for such trees. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: JsonObject = {};
  for (const key in value) {
    if (!isForbiddenKey(key)) copy[key] = cloneJson(value[key]);
  }
  return copy as T;
}

/**
 * Adds what `source` knows to `target`. A null never replaces something known: it is what a subgraph
 * answers for its share of a value whose other share came from elsewhere.
 */
export function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const key in source) {
    if (isForbiddenKey(key)) continue;
    const incoming = source[key];
    if (incoming === undefined) continue;
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (known === undefined || known === null) target[key] = incoming;
    else if (incoming !== null) target[key] = mergeValue(known, incoming);
  }
}

function mergeValue(known: unknown, incoming: unknown): unknown {
  if (isJsonObject(known) && isJsonObject(incoming)) {
    if (known !== incoming) mergeInto(known, incoming);
    return known;
  }
  if (Array.isArray(known) && Array.isArray(incoming) && known.length === incoming.length) {
    for (let i = 0; i < known.length; i++) {
      if (known[i] === null || known[i] === undefined) known[i] = incoming[i];
      else if (incoming[i] !== null) known[i] = mergeValue(known[i], incoming[i]);
    }
    return known;
  }
  return incoming;
}
