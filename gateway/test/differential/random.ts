/** A small seeded generator: the same seed gives the same case on every machine. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  some<T>(items: readonly T[], atLeast: number, atMost: number): T[];
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      return items[below(items.length)] as T;
    },
    some<T>(items: readonly T[], atLeast: number, atMost: number): T[] {
      const left = [...items];
      const wanted = Math.min(left.length, atLeast + below(atMost - atLeast + 1));
      return Array.from({ length: wanted }, () => left.splice(below(left.length), 1)[0] as T);
    },
  };
}

/** FNV-1a with a final mix: values of the generated world hang on nothing else. */
export function hash(...parts: (string | number)[]): number {
  let h = 0x811c9dc5;
  const text = parts.join('\u0001');
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h >>> 0;
}
