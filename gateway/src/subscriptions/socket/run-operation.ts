import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import { createEdgeContext, joinPositions, withPosition } from '../../operation/context.ts';
import { readOperationRequest } from '../../operation/read-request.ts';
import type { Road } from '../../operation/road.ts';
import type { OperationRequest } from '../../operation/types.ts';
import type { Results } from '../ordered.ts';
import type { ResultText } from '../result-text.ts';
import type { SocketState } from './state.ts';

/** What came of an operation on a socket. */
export type Ran =
  | { readonly kind: 'refused'; readonly errors: FormattedExecutionResult['errors'] }
  | { readonly kind: 'answer'; readonly result: FormattedExecutionResult }
  | { readonly kind: 'stream'; readonly results: Results<ResultText> };

/** `signal` aborts when the client completes the operation or leaves. */
export type RunOperation = (state: SocketState, payload: unknown, signal: AbortSignal) => Promise<Ran>;

/** Takes what a `subscribe` message brings down the road, for the caller that the socket has then. */
export function createRunOperation({ deadlineMs, road }: { road: Road; deadlineMs: number }): RunOperation {
  return async (state, payload, signal) => {
    let request: OperationRequest;
    try {
      request = readOperationRequest(payload);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { http: _, ...extensions } = error.extensions;
      return { kind: 'refused', errors: [{ message: error.message, extensions }] };
    }
    const requestId = `${state.id}.${++state.started}`;
    const position = positionOf(request) ?? joinPositions(state.positions);
    const { address, agent, caller } = state;
    const createContext = () =>
      createEdgeContext({
        identity: caller.current().identity,
        requestId,
        address,
        agent,
        position,
        deadlineMs,
        signal,
      });
    const answered = await road({
      request,
      head: undefined,
      mayMutate: true,
      mayStream: true,
      createContext,
    });
    if (answered.kind === 'stream') return { kind: 'stream', results: answered.results };
    const { context, isRefused, result } = answered;
    for (const [subgraph, written] of context.positions) state.positions.set(subgraph, written);
    if (isRefused) return { kind: 'refused', errors: result.errors };
    return { kind: 'answer', result: withPosition(result, context) };
  };
}

function positionOf({ extensions }: OperationRequest): string | undefined {
  const position = extensions?.position;
  return typeof position === 'string' ? position : undefined;
}
