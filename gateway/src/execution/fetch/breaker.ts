import { FetchFailure } from '../errors.ts';
import type { Exchange, RawAnswer } from './exchange.ts';
import type { SubgraphLimits } from './settings.ts';

type Limits = Pick<
  SubgraphLimits,
  'breakerFailureShare' | 'breakerMinimum' | 'breakerWindowMs' | 'breakerOpenMs' | 'breakerMaxOpenMs'
>;

type State =
  | { phase: 'closed'; since: number; requests: number; failures: number }
  | { phase: 'open'; until: number; failedProbes: number }
  | { phase: 'probing'; failedProbes: number };

/** Stops asking a subgraph that fails, so that its callers fail fast and it gets air to recover. */
export function withBreaker(
  next: Exchange,
  limits: Limits,
  now: () => number = () => performance.now(),
): Exchange {
  const closed = (): State => ({ phase: 'closed', since: now(), requests: 0, failures: 0 });
  let state = closed();

  /** Throws when the request may not go out; answers whether it is the one that tries an open breaker. */
  function admit(subgraph: string): boolean {
    switch (state.phase) {
      case 'closed':
        return false;
      case 'open':
        if (now() < state.until) break;
        state = { phase: 'probing', failedProbes: state.failedProbes };
        return true;
      case 'probing':
        break;
      default:
        return state satisfies never;
    }
    throw new FetchFailure('CIRCUIT_OPEN', `${subgraph} has been failing`);
  }

  function open(failedProbes: number): void {
    const openMs = Math.min(limits.breakerOpenMs * 2 ** failedProbes, limits.breakerMaxOpenMs);
    // Jitter, or every replica of the gateway would try again in the same moment.
    state = { phase: 'open', until: now() + openMs * (0.75 + Math.random() / 2), failedProbes };
  }

  function record(isProbe: boolean, outcome: 'good' | 'bad' | 'unknown'): void {
    if (isProbe) {
      const failedProbes = state.phase === 'probing' ? state.failedProbes : 0;
      if (outcome === 'good') state = closed();
      else if (outcome === 'bad') open(failedProbes + 1);
      else state = { phase: 'open', until: now(), failedProbes };
      return;
    }
    if (state.phase !== 'closed' || outcome === 'unknown') return;
    if (now() - state.since > limits.breakerWindowMs) state = closed();
    if (state.phase !== 'closed') return;
    state.requests++;
    // Only a failure opens it: an answer after a short outage says that the subgraph is back.
    if (outcome === 'good') return;
    state.failures++;
    const isFull = state.requests >= limits.breakerMinimum;
    if (isFull && state.failures >= state.requests * limits.breakerFailureShare) open(0);
  }

  return async (call) => {
    const isProbe = admit(call.request.subgraph);
    let outcome: 'good' | 'bad' | 'unknown' = 'unknown';
    try {
      const answer = await next(call);
      outcome = isServerFailure(answer) ? 'bad' : 'good';
      return answer;
    } catch (error) {
      if (error instanceof FetchFailure && isFailureOfSubgraph(error)) outcome = 'bad';
      throw error;
    } finally {
      record(isProbe, outcome);
    }
  };
}

/** Our own limits and our callers' leaving say nothing about the subgraph. */
function isFailureOfSubgraph({ reason }: FetchFailure): boolean {
  return reason === 'TIMEOUT' || reason === 'UNREACHABLE' || reason === 'BAD_ANSWER';
}

function isServerFailure({ status }: RawAnswer): boolean {
  return status === 502 || status === 503 || status === 504;
}
