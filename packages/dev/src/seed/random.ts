import type { Faker } from '@faker-js/faker';

/** The few draws the town is made of, all from one seeded generator: the same seed makes the same town. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer in [0, below). */
  below(below: number): number;
  /** Exponentially distributed with the given mean. */
  exponential(mean: number): number;
  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T;
}

export function createRandom(faker: Faker): Random {
  const next = () => faker.number.float({ min: 0, max: 1 - Number.EPSILON });
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    exponential: (mean) => -mean * Math.log(1 - next()),
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[below(list.length)] as T;
    },
  };
}
