import { FetchFailure } from '../errors.ts';
import { type Cancel, createCancel } from '../cancel.ts';
import type { SubgraphRequest } from '../types.ts';
import type { Exchange, RawAnswer } from './exchange.ts';

interface Flight {
  readonly answer: Promise<RawAnswer>;
  readonly cancel: Cancel;
  callers: number;
}

export interface SingleFlight {
  /** Answers and tells whether another caller's request was joined. */
  fetch(request: SubgraphRequest): { answer: Promise<RawAnswer>; isShared: boolean };
}

/**
 * Equal reads share one request. Anonymous ones may join one in flight. Those bound to an identity only
 * until it is dispatched: after that it may have read what a block, already acknowledged, now hides.
 * A caller that leaves, or whose deadline passes, ends only its own waiting; the last one to leave ends
 * the flight. Nothing is kept when the flight is over, errors included.
 */
export function createSingleFlight(exchange: Exchange): SingleFlight {
  const flights = new Map<string, Flight>();

  function start(key: string, request: SubgraphRequest): Flight {
    const cancel = createCancel();
    const { cacheKeyOfIdentity } = request.context;
    const leave = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    const call = {
      request,
      signal: cancel.signal,
      deadline: Number.POSITIVE_INFINITY,
      onDispatch: cacheKeyOfIdentity === null ? () => {} : leave,
    };
    // No waiting for others: at the end of the turn requests of a level would part (10.4 calls where 9.2 do for the
    // heavy operation of bench/gateway), and one person hardly ever asks the same twice in a turn.
    const answer =
      cacheKeyOfIdentity === null ? exchange(call) : Promise.resolve().then(() => exchange(call));
    const flight: Flight = { answer, cancel, callers: 0 };
    flights.set(key, flight);
    answer.then(leave, leave);
    return flight;
  }

  return {
    fetch(request) {
      const key = flightKey(request);
      const joined = flights.get(key);
      const flight = joined ?? start(key, request);
      flight.callers++;
      return { answer: waitFor(flight, request, () => flights.delete(key)), isShared: joined !== undefined };
    },
  };
}

function flightKey({ subgraph, context, body }: SubgraphRequest): string {
  const who = context.cacheKeyOfIdentity === null ? '-' : `+${context.cacheKeyOfIdentity}`;
  return `${subgraph}\n${who}\n${context.partition ?? ''}\n${body}`;
}

/** One caller's share in a flight: its own leaving, its own deadline. */
function waitFor(
  flight: Flight,
  { signal, context }: SubgraphRequest,
  forget: () => void,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const leave = (failure: FetchFailure) => {
      finish();
      reject(failure);
      flight.callers--;
      if (flight.callers > 0) return;
      forget();
      flight.cancel.abort();
    };
    const cancel = () => leave(new FetchFailure('CANCELLED', 'The caller left'));
    const waitMs = Math.min(context.deadline - performance.now(), 2 ** 31 - 1);
    const timer = setTimeout(
      () => leave(new FetchFailure('DEADLINE', 'The request deadline passed')),
      waitMs,
    );
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    flight.answer.finally(finish).then(resolve, reject);
    if (signal?.aborted) cancel();
  });
}
