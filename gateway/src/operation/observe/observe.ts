import type { GraphQLFormattedError } from 'graphql';
import type { EdgeContext } from '../context.ts';
import type { KnownOperation } from '../documents/entry.ts';
import type { Admitted, Asked } from '../types.ts';

/** An operation that has been answered, or whose first event may now come. */
export interface Observed {
  readonly asked: Asked;
  readonly context: EdgeContext;
  /** Undefined when it was refused before it was known. */
  readonly operation: KnownOperation | undefined;
  /** All that was found out about it; undefined as `operation` is. */
  readonly admitted: Admitted | undefined;
  readonly isRefused: boolean;
  /** As the client hears them. */
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  /** By `performance.now()`. */
  readonly startedAtMs: number;
  /** The same; read once for all who hear of it. */
  readonly endedAtMs: number;
}

/** Hears of every operation of every transport, once. Must not throw. */
export type Observe = (observed: Observed) => void;
