import { FetchFailure } from '../errors.ts';
import type { Call, Exchange, RawAnswer } from './exchange.ts';
import type { SubgraphLimits } from './settings.ts';

type Limits = Pick<SubgraphLimits, 'retries' | 'retryBaseMs' | 'retryShare'>;

/** Retries saved up while all is well, for the moment a subgraph is restarted. */
const maxSaved = 20;

/**
 * Asks again when a read found nobody there: a socket closed between two requests, a process being
 * replaced. Never a mutation, and never after a timeout: the subgraph is busy with the first one.
 */
export function withRetry(next: Exchange, { retries, retryBaseMs, retryShare }: Limits): Exchange {
  let saved = maxSaved;
  return async (call) => {
    if (call.request.kind === 'mutation' || retries === 0) return next(call);
    saved = Math.min(saved + retryShare, maxSaved);
    for (let attempt = 0; ; attempt++) {
      const outcome = await next(call).then(asAnswer, asFailure);
      const isLast = attempt >= retries || saved < 1 || !isWorthRetrying(outcome);
      const waitMs = Math.random() * retryBaseMs * 2 ** attempt;
      if (isLast || performance.now() + waitMs >= call.deadline || call.signal?.aborted) {
        if ('failure' in outcome) throw outcome.failure;
        return outcome.answer;
      }
      saved--;
      await pause(waitMs, call);
    }
  };
}

type Outcome = { readonly answer: RawAnswer } | { readonly failure: unknown };

const asAnswer = (answer: RawAnswer): Outcome => ({ answer });
const asFailure = (failure: unknown): Outcome => ({ failure });

function isWorthRetrying(outcome: Outcome): boolean {
  if ('answer' in outcome) return outcome.answer.status === 502 || outcome.answer.status === 503;
  return outcome.failure instanceof FetchFailure && outcome.failure.reason === 'UNREACHABLE';
}

/** Ends early when nobody waits any more; the next attempt then fails by itself. */
function pause(waitMs: number, { signal }: Call): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}
