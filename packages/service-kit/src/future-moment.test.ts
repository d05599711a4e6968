import { expect, test } from 'vitest';
import { futureMoment } from './future-moment.ts';

test('a moment to come is read, in whichever zone, and none is none', () => {
  expect(futureMoment('until', '2999-01-02T03:04:05.006+01:00')).toEqual(
    new Date('2999-01-02T02:04:05.006Z'),
  );
  expect([futureMoment('until', null), futureMoment('until', undefined)]).toEqual([null, null]);
});

test.each([
  '2020-01-01T00:00:00Z',
  'tomorrow',
  '2999-01-02',
  '',
  '2999-13-01T00:00:00Z',
  32_503_680_000_000,
  true,
  {},
])('%j is refused', (value) => {
  expect(() => futureMoment('until', value)).toThrow('still to come');
});
