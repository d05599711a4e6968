import type { FetchFailureReason } from '../execution/errors.ts';
import type { SubgraphRequest } from '../execution/types.ts';

/** How long one fetch may take, and why it was given up. */
export interface Patience {
  signal: AbortSignal;
  ended: Extract<FetchFailureReason, 'TIMEOUT' | 'DEADLINE' | 'CANCELLED'> | undefined;
  /** Must be called when the fetch is over. */
  end(): void;
}

/**
 * One timer and one listener a fetch: cheaper than `AbortSignal.any` over `AbortSignal.timeout`, and nothing
 * stays on a long-lived signal. A mutation is never given up before the request's deadline, for its effect may
 * already stand.
 */
export function patienceOf(request: SubgraphRequest, timeoutMs: number): Patience {
  const abort = new AbortController();
  const remainingMs = Math.max(0, request.context.deadline - Date.now());
  const isRead = request.kind === 'query';
  const waitMs = isRead ? Math.min(timeoutMs, remainingMs) : remainingMs;
  const { signal } = request;

  const patience: Patience = { signal: abort.signal, ended: undefined, end };
  const timer = setTimeout(() => give(waitMs < remainingMs ? 'TIMEOUT' : 'DEADLINE'), waitMs);
  const onLeave = () => give('CANCELLED');
  if (signal?.aborted) onLeave();
  else signal?.addEventListener('abort', onLeave, { once: true });

  function give(ended: NonNullable<Patience['ended']>): void {
    patience.ended ??= ended;
    abort.abort();
  }
  function end(): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onLeave);
  }
  return patience;
}
