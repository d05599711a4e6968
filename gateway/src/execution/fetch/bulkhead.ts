import { createGate, type NoTurn } from '../../concurrency/gate.ts';
import { FetchFailure } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import type { SubgraphLimits } from './settings.ts';

type Limits = Pick<SubgraphLimits, 'maxConcurrent' | 'maxQueued'>;

/** At most so many requests to a subgraph at once, so that a slow one cannot hold all of the process's memory; callers take turns. */
export function withBulkhead(next: Exchange, { maxConcurrent, maxQueued }: Limits): Exchange {
  const gate = createGate({ max: maxConcurrent, maxWaiting: maxQueued, refuse });
  return (call) => {
    const { deadline, request, signal } = call;
    return gate({ caller: request.context.caller ?? '', signal, deadline }, () => next(call));
  };
}

function refuse(why: NoTurn, waiting: number): FetchFailure {
  switch (why) {
    case 'left':
      return new FetchFailure('CANCELLED', 'Left the queue');
    case 'late':
      return new FetchFailure('DEADLINE', 'Waited too long in the queue');
    case 'full':
      return new FetchFailure('OVERLOADED', `${waiting} requests wait for the subgraph already`);
    default:
      return why satisfies never;
  }
}
