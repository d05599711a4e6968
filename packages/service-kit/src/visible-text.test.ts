import { expect, it } from 'vitest';
import { showsSomething } from './visible-text.ts';

it.each(['a', 'ج', '字', '7', '¡', '❤️', '👨‍👩‍👧', '🇧🇷', 'x\u200b'])('%j shows something', (text) => {
  expect(showsSomething(text)).toBe(true);
});

it.each([
  '',
  ' \n\t',
  '\u200b',
  '\u2060\u200d',
  '\u3164',
  '\u115f\u1160\uffa0',
  '\u2800',
  '\u{1d159}',
  '\u034f\u0301',
  '\u00ad\ufe0f',
  '\u{e0041}',
  '\u2028',
])('%j shows nothing', (text) => {
  expect(showsSomething(text)).toBe(false);
});
