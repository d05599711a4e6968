import type { SubgraphError, SubgraphResponse } from '../../execution/types.ts';

/** How an upstream subscription ended. */
export type UpstreamEnd =
  | { kind: 'completed' }
  | { kind: 'refused'; errors: readonly SubgraphError[] }
  | {
      kind: 'lost';
      because: string;
      /** How many subscriptions lost their connection together. */
      crowd: number;
    };

export const endKinds = ['completed', 'refused', 'lost'] as const satisfies UpstreamEnd['kind'][];

/** One event of an upstream subscription. */
export interface UpstreamEvent {
  /** One object for all subscriptions that a subgraph tells it alike. */
  readonly response: SubgraphResponse;
  /** The subscription's own cursor and what stands for it in `response`; undefined where it stands there itself. */
  readonly own: { readonly cursor: string; readonly placeholder: string } | undefined;
  /** By `performance.now()`. */
  readonly arrivedAtMs: number;
}

/** Who receives an upstream subscription's events. */
export interface UpstreamSink<Event = UpstreamEvent> {
  next(event: Event): void;
  /** Called at most once, and nothing after it. */
  end(end: UpstreamEnd): void;
  /** The connection is to be replaced; whoever can resume should move, `crowd` of them. */
  retire(crowd: number): void;
}

/** A subscribe as it goes upstream. */
export interface UpstreamRequest {
  query: string;
  operationName: string | undefined;
  variables: Readonly<Record<string, unknown>>;
}
