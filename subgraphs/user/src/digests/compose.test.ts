import { expect, test } from 'vitest';
import { lineOf } from './compose.ts';

test.each([
  [['@anna'], 1, '- @anna liked what you said'],
  [['@anna', '@ben'], 2, '- @anna and @ben liked what you said'],
  [['@anna', '@ben'], 3, '- @anna, @ben and 1 other liked what you said'],
  [['@anna'], 13, '- @anna and 12 others liked what you said'],
  [[], 1, '- Somebody liked what you said'],
  [[], 7, '- 7 people liked what you said'],
])('%j of %i', (names, count, line) => {
  expect(lineOf('like', names, count)).toBe(line);
});

test('a kind that is newer than the words for it is told all the same', () => {
  expect(lineOf('wave', ['@anna'], 1)).toBe('- @anna did something that concerns you');
});
