/** A place in a list whose sort key several rows may share: the key, and the id that decides among equals. */
export interface Place {
  key: bigint;
  id: bigint;
}

/** How the keys of a list are made of numbers from 0 to 2^63-1, which is all that a cursor carries. */
export interface KeyFormat<Key> {
  /** How many numbers a key is. */
  readonly parts: number;
  split(key: Key): readonly bigint[];
  join(parts: readonly bigint[]): Key;
  /** Below and above every key of the list. */
  readonly lowest: Key;
  readonly highest: Key;
}

export const largestPart: bigint = (1n << 63n) - 1n;

/** For lists in the order of ids: of what is listed, or of what put it there, such as a like. */
export const byId: KeyFormat<bigint> = {
  parts: 1,
  split: (key) => [key],
  join: ([key = 0n]) => key,
  lowest: -1n,
  highest: largestPart,
};

/** For lists in any other order, such as a score or a time. */
export const byPlace: KeyFormat<Place> = {
  parts: 2,
  split: ({ id, key }) => [key, id],
  join: ([key = 0n, id = 0n]) => ({ key, id }),
  lowest: { key: -1n, id: -1n },
  highest: { key: largestPart, id: largestPart },
};
