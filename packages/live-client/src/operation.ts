import type { ResultError } from './errors.ts';

/**
 * A subscription's text: a string, or what GraphQL Code Generator makes of it in `documentMode: 'string'`, from which
 * the events' type is taken.
 */
export type LiveDocument<Result, Variables> =
  | string
  | { toString(): string; __apiType?: (variables: Variables) => Result };

export interface LiveOperation<
  Result = Record<string, unknown>,
  Variables extends object = Record<string, unknown>,
> {
  /** Selects `__typename` and, to miss nothing, `cursor` of the events; takes `$after`. */
  query: LiveDocument<Result, Variables>;
  variables?: Variables;
  operationName?: string;
  /** Begins behind this cursor: a `liveCursor` of a page, or one that a stream told before. */
  after?: string | null;
  /** The variable that cursors go into; `after` by default. */
  afterVariable?: string;
  /** Ends the stream as leaving its loop does. */
  signal?: AbortSignal;
}

/** What goes to the server. */
export interface Payload {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly ResultError[];
}
