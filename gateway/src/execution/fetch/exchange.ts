import type { SubgraphRequest } from '../types.ts';
import type { CancelSignal } from '../cancel.ts';

/** The raw answer of a subgraph. Text, not objects: those who share it each parse their own. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request on its way. Its signal and deadline may be others than its caller's when it is shared. */
export interface Call {
  readonly request: SubgraphRequest;
  readonly signal: CancelSignal | undefined;
  readonly deadline: number;
  /** Called when the request leaves the process; from then on it may have read what is now the past. */
  onDispatch(): void;
}

/** A layer of the way to a subgraph. */
export type Exchange = (call: Call) => Promise<RawAnswer>;
