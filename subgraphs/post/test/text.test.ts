import { UserErrors } from '@murmuration/service-kit';
import { describe, expect, it } from 'vitest';
import { parseTag } from '../src/hashtags/tag.ts';
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
    ['a\tb', /control/],
    ['a\u009bb', /control/],
    ['\udc00', /well-formed/],
  ])('%j is refused', (text, message) => {
    expect(() => normaliseText(text)).toThrow(UserErrors);
    expect(() => normaliseText(text)).toThrow(message);
  });

  it.each(['.', '🙂', 'नमस्ते', '1', '👩‍👩‍👧'])('%s says something', (text) => {
    expect(normaliseText(text)).toBe(text);
  });
});

describe('a hashtag asked for', () => {
  it.each([
    ['Flock', 'flock'],
    ['#Flock', 'flock'],
    ['ＦＬＯＣＫ', 'flock'],
    ['#e\u0301te\u0301', 'été'],
  ])('%s is %s', (given, tag) => {
    expect(parseTag(given)).toBe(tag);
  });

  it.each(['', '#', '##a', 'two words', '2024', 'a-b', 'x'.repeat(65)])('%j can never be one', (given) => {
    expect(parseTag(given)).toBeNull();
  });
});
