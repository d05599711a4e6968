import { UserErrors } from '@murmuration/service-kit';
import { describe, expect, it } from 'vitest';
import { normaliseText, textLimits } from '../src/posts/text.ts';

describe('normalised text', () => {
  it('is composed, with newlines alone between lines', () => {
    expect(normaliseText('e\u0301te\u0301\r\nand\rmore')).toBe('été\nand\nmore');
  });

  it('is counted after that, in UTF-16 code units', () => {
    expect(normaliseText('e\u0301'.repeat(textLimits.codeUnits))).toHaveLength(textLimits.codeUnits);
    expect(normaliseText('👋'.repeat(1_000))).toHaveLength(textLimits.codeUnits);
    expect(() => normaliseText(`${'👋'.repeat(1_000)}!`)).toThrow(/2001 code units/);
  });

  it.each([
    ['', /empty/],
    [' \n\u00a0', /empty/],
    ['\u200b\u2060\ufe0f', /empty/],
    ['a\u0000b', /control/],
    ['a\u009bb', /control/],
    ['a\u202eb', /direction/],
    ['\u3164', /empty/],
    ['\u2800', /empty/],
    ['\u2066\u200f', /empty/],
    ['\udc00', /well-formed/],
  ])('%j is refused', (text, message) => {
    expect(() => normaliseText(text)).toThrow(UserErrors);
    expect(() => normaliseText(text)).toThrow(message);
  });

  it('keeps tabs, and takes every kind of line end for one', () => {
    expect(normaliseText('a\tb')).toBe('a\tb');
    expect(normaliseText('a\r\nb\vc\u0085d\u2028e\u2029f')).toBe('a\nb\nc\nd\ne\nf');
  });

  it('ends the directions that it begins, and no others', () => {
    expect(normaliseText('\u2067abc')).toBe('\u2067abc\u2069');
    expect(normaliseText('\u202b\u2066abc')).toBe('\u202b\u2066abc\u2069\u202c');
    for (const text of [
      '\u2067abc\u2069 d',
      '\u2067\u202babc\u2069',
      'a\u200fb',
      '\u202aab\u202c',
      '\u2067a\nb',
    ]) {
      expect(normaliseText(text)).toBe(text);
    }
  });

  it.each(['.', '🙂', 'नमस्ते', '1', '👩‍👩‍👧'])('%s says something', (text) => {
    expect(normaliseText(text)).toBe(text);
  });
});
