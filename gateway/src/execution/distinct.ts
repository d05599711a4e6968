import type { JsonObject } from './json.ts';
import type { Representer } from './representation.ts';

type Trie = Map<unknown, Trie | number>;

/** Numbers entities so that those with equal representations have one number; -1 is an entity without. */
export interface Distinct {
  readonly texts: string[];
  numberOf(entity: JsonObject): number;
}

/**
 * Most representations are a type and one to three plain values. They are told apart by looking those up,
 * one after the other, and only the first of each kind is written as text: most of a page's entities are
 * repetitions, and writing, then hashing, a text for each of them was the executor's largest cost.
 */
export function createDistinct({ write, keysOf }: Representer): Distinct {
  const texts: string[] = [];
  const byType: Trie = new Map();
  const byText = new Map<string, number>();

  function numberByText(entity: JsonObject): number {
    const text = write(entity);
    if (text === undefined) return -1;
    let number = byText.get(text);
    if (number === undefined) {
      number = texts.push(text) - 1;
      byText.set(text, number);
    }
    return number;
  }

  function numberOf(entity: JsonObject): number {
    const typename = entity.__typename;
    const keys = typeof typename === 'string' ? keysOf(typename) : undefined;
    if (!keys) return numberByText(entity);
    let trie = byType;
    let step: unknown = typename;
    for (const key of keys) {
      const value = entity[key];
      if (value === undefined) return -1;
      // A list or a custom scalar's object: equal ones are not identical.
      if (typeof value === 'object' && value !== null) return numberByText(entity);
      let next = trie.get(step);
      if (!(next instanceof Map)) trie.set(step, (next = new Map()));
      trie = next;
      step = value;
    }
    const known = trie.get(step);
    if (typeof known === 'number') return known;
    const number = numberByText(entity);
    trie.set(step, number);
    return number;
  }

  return { texts, numberOf };
}
