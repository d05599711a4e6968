export const wordLimits = {
  /** Of a post no more words are kept than any text of the longest kind has, and the options of a poll. */
  perPost: 1_200,
  /** Characters of one word; the rest of a longer one is let go. */
  characters: 64,
  /** Words of what somebody mutes, and characters of it. */
  perPhrase: 5,
  phraseCharacters: 100,
  /** What one person may mute. */
  perPerson: 200,
  mutedThreads: 200,
  hiddenReposters: 1_000,
} as const;

/** By the rules of Unicode, and by dictionary where words are not set apart: Chinese, Japanese, Thai, Khmer. */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
const tags = /(?<![\p{L}\p{M}\p{N}_&/#])#(?<body>[\p{L}\p{M}\p{N}_]+)/gu;
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

/** One spelling for what reads alike: width, letter case and what shows nothing are gone; accents stay. */
export function foldText(text: string): string {
  const shown = text.normalize('NFKC').replace(ignorable, '');
  return shown.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}

/**
 * The words of a text, folded, each once and sorted. A hashtag is there with its sign, and so are the words in it: who mutes a
 * word does not meet it as a tag either.
 */
export function wordsOf(text: string): string[] {
  const folded = foldText(text);
  const words = new Set<string>();
  const add = (word: string) => {
    // By code points: half of one is no text that Postgres takes.
    if (words.size < wordLimits.perPost) words.add([...word].slice(0, wordLimits.characters).join(''));
  };
  for (const { isWordLike, segment } of segmenter.segment(folded)) if (isWordLike) add(segment);
  for (const { groups } of folded.matchAll(tags)) {
    const { body = '' } = groups ?? {};
    add(`#${body}`);
    add(body);
  }
  return [...words].sort();
}

/**
 * What somebody mutes, as it is looked for: a hashtag by its sign, or words that must all be there. Null when there is no word
 * in it, or too many.
 */
export function phraseOf(text: string): string | null {
  if (text.length > wordLimits.phraseCharacters) return null;
  const all = wordsOf(text);
  const isTag = /^\s*#[\p{L}\p{M}\p{N}_]+\s*$/u.test(foldText(text));
  const words = all.filter((word) => word.startsWith('#') === isTag);
  return words.length > 0 && words.length <= wordLimits.perPhrase ? words.join(' ') : null;
}
