import { afterEach, expect, test, vi } from 'vitest';
import { PlanFailure, type PlanFailureReason } from './plan-failure.ts';
import { createRefusals, refusalLimits } from './refusals.ts';

const { firstRetryMs, keptMs } = refusalLimits;

afterEach(() => void vi.useRealTimers());

function refusalsAt(start = 0) {
  let nowMs = start;
  const refusals = createRefusals(() => nowMs);
  return { ...refusals, pass: (ms: number) => (nowMs += ms) };
}

test.each(['unplannable', 'unproven'] as const)('what is %s is refused for a while', (reason) => {
  const refusals = refusalsAt();
  const failure = new PlanFailure(reason, 'no');
  expect(refusals.keep('a', failure)).toBe(failure);
  refusals.pass(keptMs - 1);
  expect(refusals.find('a')).toBe(failure);
  expect(refusals.find('b')).toBeUndefined();
  refusals.pass(1);
  expect(refusals.find('a')).toBeUndefined();
});

test.each(['failed', 'timeout'] as const)(
  'what a planner %s on is tried again, later each time',
  (reason) => {
    const refusals = refusalsAt();
    let waitMs: number = firstRetryMs;
    for (let time = 0; time < 10; time++) {
      expect(refusals.keep('a', new PlanFailure(reason, 'no'))).toMatchObject({
        reason,
        retryAfterMs: waitMs,
      });
      refusals.pass(waitMs - 1);
      expect(refusals.find('a')).toMatchObject({ reason, retryAfterMs: 1 });
      refusals.pass(1);
      expect(refusals.find('a')).toBeUndefined();
      waitMs = Math.min(2 * waitMs, keptMs);
    }
    expect(waitMs).toBe(keptMs);
  },
);

test.each<PlanFailureReason>(['busy', 'deadline', 'cancelled'])(
  'that it was %s is nothing of the operation',
  (reason) => {
    const refusals = refusalsAt();
    refusals.keep('a', new PlanFailure(reason, 'no'));
    expect(refusals.find('a')).toBeUndefined();
  },
);

test('a clock that is set anew neither ends a refusal nor makes it longer', () => {
  vi.useFakeTimers();
  const refusals = createRefusals();
  refusals.keep('a', new PlanFailure('unproven', 'no'));
  vi.setSystemTime(Date.now() + 2 * keptMs);
  expect(refusals.find('a')).toBeDefined();
  vi.setSystemTime(Date.now() - 4 * keptMs);
  vi.advanceTimersByTime(keptMs);
  expect(refusals.find('a')).toBeUndefined();
});
