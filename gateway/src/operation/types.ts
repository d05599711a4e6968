import type { FormattedExecutionResult } from 'graphql';
import type { CompiledOperation } from '../execution/types.ts';
import type { Results } from '../subscriptions/ordered.ts';
import type { ResultText } from '../subscriptions/result-text.ts';
import type { EdgeContext } from './context.ts';
import type { Entry, KnownOperation } from './documents/entry.ts';
import type { Serving } from './serving.ts';

/** What a client sends, whatever brings it: a text, the hash of one, or the id of a trusted one. */
export interface OperationRequest {
  readonly query?: string | undefined;
  readonly documentId?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The head of an HTTP request, for those who bring Apollo's plugins and for the access log. */
export interface RequestHead {
  readonly method: string;
  readonly search: string;
  header(name: string): string | undefined;
  names(): Iterable<string>;
}

/** An operation as a transport hands it over. */
export interface Asked {
  readonly request: OperationRequest;
  /** Undefined on a socket. */
  readonly head: RequestHead | undefined;
  readonly mayMutate: boolean;
  /** Whether this transport can bring more than one result. */
  readonly mayStream: boolean;
  /** One context for the operation, and a fresh one for each event of a subscription. */
  createContext(): EdgeContext;
}

/** An operation that may run: all that was found out about it, on the supergraph that admitted it. */
export interface Admitted {
  readonly serving: Serving;
  readonly entry: Entry;
  readonly operation: KnownOperation;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** Undefined where Apollo's executor plans for itself. */
  readonly compiled: CompiledOperation | undefined;
}

export type Headers = Record<string, string>;

/** What comes of an operation. `context` knows what the subgraphs said beside their data. */
export type Answered = { readonly context: EdgeContext; readonly headers: Headers } & (
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly result: FormattedExecutionResult;
      /** Nothing ran: the operation was not let in. */
      readonly isRefused: boolean;
    }
  | { readonly kind: 'stream'; readonly results: Results<ResultText> }
);
