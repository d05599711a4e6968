import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBoundedLabel } from './labels.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('names from outside become labels only so often', () => {
  const labelOf = createBoundedLabel({ most: 2, longest: 5 });
  expect(['Home', null, 'Other', 'Third', 'Home', ''].map(labelOf)).toEqual([
    'Home',
    'anonymous',
    'Other',
    'other',
    'Home',
    'anonymous',
  ]);
  expect(createBoundedLabel({ longest: 5 })('far too long')).toBe('other');
});

test('a name takes the place of the one that has rested longest, and names in use keep theirs', () => {
  const forgotten: string[] = [];
  const labelOf = createBoundedLabel({ most: 2, restMs: 1_000 }, (name) => forgotten.push(name));
  expect(['MadeUp1', 'MadeUp2', 'Home'].map(labelOf)).toEqual(['MadeUp1', 'MadeUp2', 'other']);
  vi.advanceTimersByTime(600);
  expect(labelOf('MadeUp1')).toBe('MadeUp1');
  vi.advanceTimersByTime(600);
  expect(['Home', 'MadeUp3', 'Home'].map(labelOf)).toEqual(['Home', 'other', 'Home']);
  expect(forgotten).toEqual(['MadeUp2']);
});
