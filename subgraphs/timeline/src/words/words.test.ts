import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phraseOf, wordLimits, wordsOf } from './words.ts';

test.each([
  ['The World Cup, again!', ['again', 'cup', 'the', 'world']],
  ['#WorldCup is on', ['#worldcup', 'is', 'on', 'worldcup']],
  ['ＦＵＬＬ ｗｉｄｔｈ', ['full', 'width']],
  ['Straße STRASSE', ['strasse']],
  ['hid\u200bden', ['hidden']],
  ['no#tag a&#39;b', ['39', 'a', 'b', 'no', 'tag']],
  ['私は学生です', ['です', 'は', '学生', '私']],
  ['', []],
])('the words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words.toSorted());
});

test('whatever a text is, its words are few, folded and sorted, and folding them again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const words = wordsOf(text);
      expect(words.length).toBeLessThanOrEqual(wordLimits.perPost);
      expect(words).toEqual([...new Set(words)].sort());
      for (const word of words) expect(word).not.toMatch(/\s/u);
      expect(words.every((word) => word.isWellFormed() || !text.isWellFormed())).toBe(true);
    }),
  );
});

test('a long word is cut between two characters, not in one', () => {
  expect(
    wordsOf(`#${'\u{10330}'.repeat(wordLimits.characters + 1)}`).every((word) => word.isWellFormed()),
  ).toBe(true);
  expect(wordsOf(`a${'\u{10330}'.repeat(wordLimits.characters)}`)).toEqual([
    `a${'\u{10330}'.repeat(wordLimits.characters - 1)}`,
  ]);
});

test.each([
  [' Cup ', 'cup'],
  ['#Cup', '#cup'],
  ['the Cup World', 'cup the world'],
  ['!!', null],
  ['', null],
  ['a b c d e f', null],
  ['x'.repeat(wordLimits.phraseCharacters + 1), null],
])('%j is muted as %j', (text, phrase) => {
  expect(phraseOf(text)).toBe(phrase);
});

test('a word that is too long is cut alike on both sides', () => {
  const long = 'y'.repeat(wordLimits.characters + 20);
  const cut = 'y'.repeat(wordLimits.characters);
  expect([wordsOf(long), phraseOf(long)]).toEqual([[cut], cut]);
  expect(phraseOf(`#${long}`)).toBe(`#${cut.slice(1)}`);
});
