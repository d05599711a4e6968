import { expect, test } from 'vitest';
import { choosePlan } from './choose-plan.ts';
import { PlanFailure, type PlanFailureReason } from './plan-failure.ts';
import type { Planner, PlannerName, PlanQuestion } from './planner.ts';

const question: PlanQuestion = {
  text: '{ a }',
  operationName: undefined,
  labels: [],
  switchesOn: [],
  isValid: false,
  isPlanWanted: false,
  caller: '',
  signal: new AbortController().signal,
};

/** Answers with `valid`, or fails for the reason; and keeps what it was asked. */
function planner(name: PlannerName, reason?: PlanFailureReason): Planner & { asked: PlanQuestion[] } {
  const asked: PlanQuestion[] = [];
  return {
    name,
    asked,
    async examine(put) {
      asked.push(put);
      if (reason) throw new PlanFailure(reason, `${name} says ${reason}`);
      return { findings: { kind: 'valid' }, text: '' };
    },
    retire() {},
    stop() {},
  };
}

test.each<[PlanFailureReason, PlanFailureReason, PlanFailureReason]>([
  ['unproven', 'unplannable', 'unplannable'],
  ['unplannable', 'failed', 'failed'],
  ['timeout', 'unproven', 'timeout'],
  ['failed', 'unplannable', 'failed'],
  ['failed', 'timeout', 'failed'],
  ['timeout', 'busy', 'busy'],
])('of a planner that says %s and one that says %s, %s is told', async (first, second, told) => {
  const planners = [planner('hive', first), planner('apollo', second)];
  await expect(choosePlan(planners, question)).rejects.toMatchObject({ reason: told });
});

test.each(['busy', 'cancelled'] as const)('nobody else is asked by who was %s', async (reason) => {
  const second = planner('apollo');
  await expect(choosePlan([planner('hive', reason), second], question)).rejects.toMatchObject({ reason });
  expect(second.asked).toEqual([]);
});

test('what one planner came to planning need not be validated by the next', async () => {
  const second = planner('apollo');
  await choosePlan([planner('hive', 'unproven'), second], question);
  expect(second.asked).toMatchObject([{ isValid: true }]);
  await choosePlan([planner('hive', 'timeout'), second], question);
  expect(second.asked[1]).toMatchObject({ isValid: false });
});
