import type { GraphQLScalarType } from 'graphql';

/**
 * The resolvers that a schema cannot do without, by type and field: of a root all, of any other type those that
 * graphql-js cannot read from the value by itself, because it has no such property or one of another type.
 * Without it a field that only the SDL knows is null at run time, or an error where it must not be null.
 * @example const resolvers = mergeResolvers(postResolvers, …) satisfies CompleteResolvers;
 * @typeParam Types codegen's `Resolvers`
 * @typeParam Parents codegen's `ResolversParentTypes`: the value that a type's fields are read from
 */
export type Complete<Types, Parents> = {
  [Type in keyof Types & keyof Parents as Needs<Types[Type], Parents[Type]> extends never
    ? never
    : Type]: Record<Needs<Types[Type], Parents[Type]>, unknown>;
};

/** The fields of one type that need a resolver. What begins with two underscores is no field. */
type Needs<Fields, Parent> = Fields extends GraphQLScalarType | undefined
  ? never
  : NeedsOfObject<Required<NonNullable<Fields>>, Parent>;

type NeedsOfObject<Fields, Parent> = {
  [Field in keyof Fields]: Field extends `__${string}`
    ? never
    : IsRead<ResultOf<Fields[Field]>, Parent, Field> extends true
      ? never
      : Field;
}[keyof Fields];

/** A root's value is nothing: codegen says so by an index over all keys. */
type IsRead<Result, Parent, Field> = string extends keyof Parent
  ? false
  : Field extends keyof Parent
    ? [Parent[Field]] extends [Readable<Result>]
      ? true
      : false
    : false;

/** What graphql-js makes the result of: the value, an error in its place, or what a method of the parent returns. */
type Readable<Result> =
  | Result
  | Error
  | (null extends Result ? undefined : never)
  | ((...args: never) => Result | (null extends Result ? undefined : never));

/** Of a resolver's function; codegen writes it as a union with an object that holds one. */
type ResultOf<Resolver> = Resolver extends (...args: never) => infer Result ? Result : never;
