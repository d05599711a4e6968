import { createGate } from '../../concurrency/gate.ts';
import type { CancelSignal } from '../../execution/cancel.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { Planner, PlannerLimits } from '../planner.ts';
import type { DocumentQuestion, Found } from '../question.ts';
import { NotBegun } from './isolate.ts';

/**
 * What a cell is given at a time, so that it finds the next operation when it is done with one: a few, if they are small.
 * What has been given to it is ahead of others whose turn it may be.
 */
export const givenAtATime = {
  operations: 8,
  charactersOfOne: 500,
  /** After a cell has ended on an operation with others behind it, so many are given to it one by one: none is to wait for more of the kind. */
  oneByOneAfterEnd: 100,
} as const;

/** Asks a planner's cell when it is the caller's turn. Who has left by then is not asked for. */
export function inTurns(
  { maxWaiting }: Pick<PlannerLimits, 'maxWaiting'>,
  examine: (question: DocumentQuestion, signal: CancelSignal) => Promise<Found>,
): Planner['examine'] {
  let oneByOne = 0;
  const gate = createGate({
    max: () => (oneByOne > 0 ? 1 : givenAtATime.operations),
    maxWaiting,
    refuse: (why, waiting) =>
      why === 'full'
        ? new PlanFailure('busy', `${waiting} operations wait`)
        : new PlanFailure('cancelled', 'Nobody waits for the plan any more'),
  });

  async function examineNow(question: DocumentQuestion, signal: CancelSignal): Promise<Found> {
    try {
      return await examine(question, signal);
    } catch (error) {
      if (error instanceof NotBegun) oneByOne = givenAtATime.oneByOneAfterEnd + 1;
      throw error;
    } finally {
      if (oneByOne > 0) oneByOne--;
    }
  }

  return async function examineInTurn({ caller, signal, ...question }) {
    const size = Math.ceil(question.text.length / givenAtATime.charactersOfOne);
    try {
      return await gate({ caller, signal, size }, () => examineNow(question, signal));
    } catch (error) {
      if (!(error instanceof NotBegun)) throw error;
    }
    return examineInTurn({ caller, signal, ...question });
  };
}
