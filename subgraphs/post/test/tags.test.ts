import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTag } from '../src/hashtags/fold.ts';
import { findTags, parseTag, tagLimits } from '../src/hashtags/tag.ts';

const tagsIn = (text: string) => findTags(text.normalize('NFC')).map(({ tag }) => tag);
const pieces = (text: string) => findTags(text).map(({ start, end }) => text.slice(start, end));

/** Characters that fold, join, vanish or decompose in every way there is, and any other. */
const letters = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'aiIİıßẞſςΣσﬁŀ·é\u0301\u0307\u0345ﷺ½①ªﾞ\u200c\u200d\u00ad\u200b\ufe0f\u3164\u034f'),
    fc.constantFrom(...'میخواهشක්රීश्रिন্ত가\u115f\u1160\u17b4\u180b𝔉Ⅷ㍿Ⓐᾳΐŉǰ_1#＃ '),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});

describe('a tag', () => {
  it('that was found in any text is accepted as it was given, and means itself', () => {
    let found = 0;
    const property = fc.property(fc.array(letters, { maxLength: 4 }), (words) => {
      const text = words
        .map((word) => `#${word}`)
        .join(' ')
        .normalize('NFC');
      for (const { end, start, tag } of findTags(text)) {
        found += 1;
        expect(parseTag(tag)).toBe(tag);
        expect(parseTag(`#${tag}`)).toBe(tag);
        expect(parseTag(text.slice(start, end))).toBe(tag);
        expect(tagsIn(`#${tag}`)).toEqual([tag]);
        expect([...tag].length).toBeLessThanOrEqual(tagLimits.characters);
        expect(tag).not.toMatch(/\s/u);
      }
    });
    fc.assert(property, { numRuns: 3_000 });
    expect(found).toBeGreaterThan(1_000);
  });

  it('folds to what folds to itself', () => {
    fc.assert(
      fc.property(letters, (word) => {
        const tag = parseTag(word);
        if (tag !== null) expect(foldTag(tag)).toBe(tag);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['#محمدﷺ هو', ['#محمد']],
    ['#a½ and #½a', ['#a']],
    ['#می‌خواهم', ['#می‌خواهم']],
    ['#ශ්‍රී_ලංකා', ['#ශ්‍රී_ලංකා']],
    ['#क्‌ष', ['#क्‌ष']],
    ['#അവന്‍ വന്നു', ['#അവന്‍']],
    ['#col·lecció, #coŀlecció', ['#col·lecció', '#coŀlecció']],
    ['#étudiant·e·s·', ['#étudiant·e·s']],
    ['＃東京 ﹟tokyo', ['＃東京', '﹟tokyo']],
    ['a＃b ＃＃c', []],
    ['#ㅤ #\u2800', []],
  ])('%s', (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it.each([
    ['ΣΟΦΟΣ', 'σοφος', 'σοφοσ'],
    ['İstanbul', 'istanbul', 'i̇stanbul'],
    ['STRASSE', 'straße', 'STRAẞE'],
    ['coŀlecció', 'COL·LECCIÓ', 'col·lecció'],
    ['ＦＬＯＣＫ', 'flock', 'fl\u00adock'],
    ['de\u200cad', 'dead', 'DEAD'],
  ])('%s, %s and %s are one', (...spellings) => {
    expect(new Set(spellings.map(parseTag)).size).toBe(1);
    expect(parseTag(spellings[0])).not.toBeNull();
  });

  it.each([
    ['café', 'cafe'],
    ['ısırgan', 'isirgan'],
    ['می‌خواهم', 'میخواهم'],
    ['Å', 'A'],
  ])('%s and %s are two', (one, other) => {
    expect(parseTag(one)).not.toBe(parseTag(other));
  });

  it('is told apart by case as Unicode does, letter by letter', () => {
    const differing: string[] = [];
    for (let code = 0; code <= 0x1ffff; code++) {
      const letter = String.fromCodePoint(code);
      if (!/\p{L}/u.test(letter) || letter.normalize('NFKC') !== letter) continue;
      const folded = foldTag(letter);
      if ([...folded].length !== 1) continue;
      const { source } = new RegExp(`^\\u{${code.toString(16)}}$`, 'u');
      if (!new RegExp(source, 'iu').test(folded)) differing.push(letter);
    }
    expect(differing).toEqual(['İ']);
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
