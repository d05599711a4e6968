import { expect, test } from 'vitest';
import type { Complete } from './complete-resolvers.ts';
import { mergeResolvers } from './merge-resolvers.ts';

/** As codegen writes them. */
type Resolver<Result, Parent> =
  | ((parent: Parent, args: object) => Promise<Result> | Result)
  | { resolve: (parent: Parent, args: object) => Promise<Result> | Result };
type Root = Record<PropertyKey, never>;
interface Bird {
  id: bigint;
  name: string;
  weight(): Promise<number>;
  nest?: string;
}
interface Types {
  Query?: { bird?: Resolver<Bird | null, Root> };
  Bird?: {
    id?: Resolver<string, Bird>;
    name?: Resolver<string, Bird>;
    weight?: Resolver<number, Bird>;
    nest?: Resolver<string | null, Bird>;
    song?: Resolver<string | null, Bird>;
    __isTypeOf?: () => boolean;
  };
  Egg?: { bird?: Resolver<Bird, { bird: Bird }> };
}
interface Parents {
  Query: Root;
  Bird: Bird;
  Egg: { bird: Bird };
}
type Needed = Complete<Types, Parents>;

const query = { Query: { bird: () => null } } satisfies Types;
const id = { Bird: { id: ({ id: own }) => `bird_${own}` } } satisfies Types;
const song = { Bird: { song: () => 'tweet' } } satisfies Types;

// What this file holds is held by the compiler: a directive that expects an error is one itself where there is none.
test('the fields that a value has need no resolver; all others do', () => {
  expect(mergeResolvers(query, id, song) satisfies Needed).toMatchObject({ Query: query.Query });
});

test('a field that only the schema knows fails the types', () => {
  // @ts-expect-error no concern resolves Bird.song, which may be null and which no bird has
  const withoutSong = mergeResolvers(query, id) satisfies Needed;
  // @ts-expect-error a bird's id is a bigint, and the field a string
  const withoutId = mergeResolvers(query, song) satisfies Needed;
  // @ts-expect-error a root has no value to read from
  const withoutQuery = mergeResolvers(id, song) satisfies Needed;
  expect([withoutSong, withoutId, withoutQuery]).toHaveLength(3);
});

test('a field that two concerns resolve is refused by name', () => {
  expect(() => mergeResolvers(song, song)).toThrow('Two concerns resolve Bird.song');
});
