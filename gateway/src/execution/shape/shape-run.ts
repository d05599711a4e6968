import { GraphQLError } from 'graphql';
import { errorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Path } from '../path.ts';
import type { ErrorPaths } from './error-paths.ts';

/** Returned instead of a value that may not be null but is: the parent must become null. */
export const bubble: unique symbol = Symbol('null where the schema says non-null');

export type Shaper = (value: unknown, run: ShapeRun) => unknown;

/** The mutable part of shaping one answer. `path` is kept as a stack, copied only when an error needs it. */
export interface ShapeRun {
  readonly path: Path;
  readonly errors: GraphQLError[];
  /** Where errors are known already, so that no null is explained twice. */
  readonly known: ErrorPaths;
  /** Answers of `__schema` and `__type`, by response key. */
  readonly introspection: Readonly<Record<string, unknown>> | undefined;
  /** The object whose field is being shaped. If it does not exist, what is missing from it needs no error. */
  owner: JsonObject;
}

export function report(run: ShapeRun, message: string): void {
  const path = [...run.path];
  if (run.known.covers(path)) return;
  run.known.add(path);
  run.errors.push(new GraphQLError(message, { path, extensions: { code: errorCode.downstream } }));
}
