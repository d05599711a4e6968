import { expect, test } from 'vitest';
import { createBoundedLabel } from './labels.ts';

test('names from outside become labels only so often', () => {
  const labelOf = createBoundedLabel(2, 5);
  expect(['Home', null, 'Other', 'Third', 'Home', ''].map(labelOf)).toEqual([
    'Home',
    'anonymous',
    'Other',
    'other',
    'Home',
    'anonymous',
  ]);
  expect(createBoundedLabel(2, 5)('far too long')).toBe('other');
});
