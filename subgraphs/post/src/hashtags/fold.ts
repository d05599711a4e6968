/** Scripts in which a joiner or a non-joiner inside a word is spelling and not decoration. */
const joiningScripts = (
  'Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya ' +
  'Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan'
).split(' ');
const joining = `[${joiningScripts.map((script) => `\\p{Script_Extensions=${script}}`).join('')}]`;
const joiningLetter = String.raw`[${joining}&&[\p{L}\p{M}]]`;

/** Viramas, after which a joiner may also end a word, as in Malayalam and Bengali of before Unicode 5. */
const virama = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]`;

/** The joiners (U+200C, U+200D) that a word is not itself without. */
const neededJoiner = String.raw`(?:(?<=${joiningLetter})[\u200C\u200D](?=${joiningLetter})|(?<=${virama})\u200D)`;

const ignorable = new RegExp(String.raw`(?!${neededJoiner})\p{Default_Ignorable_Code_Point}`, 'gv');
/** Catalan's and French's, between letters only. */
const looseDot = /(?<![\p{L}\p{M}])\u00B7|\u00B7(?!\p{L})/gu;

/**
 * One spelling for all that read alike: compatibility forms, letter case (by Unicode's full case folding) and
 * what shows nothing are gone; accents stay. Folding twice is folding once.
 */
export function foldTag(tag: string): string {
  if (/^[a-z0-9_]*$/.test(tag)) return tag;
  // What goes may bring together what composes or joins.
  let folded = tag;
  for (let round = 0; round < foldLimits.rounds; round++) {
    const before = folded;
    folded = foldCase(folded.normalize('NFKC'))
      .normalize('NFKC')
      .replace(ignorable, '')
      .replace(looseDot, '');
    if (folded === before) break;
  }
  return folded;
}

/** One or two rounds end it; what the rest would change is not a tag, as {@link isFolded} tells. */
export const foldLimits = { rounds: 5 } as const;

/**
 * Letter by letter, for within a word a sigma would become a final one. Down and up and down again: so ẞ and ß become
 * `ss` and ſ becomes `s`. A dotted I is an i, and the dotless one a letter of its own, though its capital is I.
 */
function foldCase(text: string): string {
  let folded = '';
  for (const letter of text) {
    folded += letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded.replaceAll('i\u0307', 'i');
}
