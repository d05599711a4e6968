import { foldTag } from './fold.ts';

export const tagLimits = { characters: 64 } as const;

/** Letters, digits, marks and underscores of any script. */
const word = String.raw`[\p{L}\p{M}\p{N}_]`;

/** Inside a word: the middle dot of `col·lecció`, joiners, and the hyphens of text that was hyphenated. */
const inner = String.raw`(?<=[\p{L}\p{M}])[\u00B7\u00AD\u200C\u200D](?=[\p{L}\p{M}])`;
/** After a mark, where a word of an Indic script may end with a joiner. */
const ending = String.raw`(?<=\p{M})\u200D`;
const run = String.raw`(?:${word}|${inner}|${ending})+`;

/** Number signs that keyboards have: ASCII's, the full-width and the small one. */
const sign = '[#\uFF03\uFE5F]';

/** What may be a hashtag, where no word or address goes on before it. */
const candidates = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}_&\/#\uFF03\uFE5F])${sign}(?<body>${run})`,
  'gu',
);
const wholeRun = new RegExp(`^${sign}?(?<body>${run})$`, 'u');
const isRun = new RegExp(`^${run}$`, 'u');
const beginsWithRun = new RegExp(`^${run}`, 'u');

/** What most tags are, and what folding them leaves. */
const plainTag = /^[0-9_]*[a-z][a-z0-9_]*$/;

/** A hashtag in a text: a range of UTF-16 code units, and what it is found under. */
export interface TagMark {
  start: number;
  end: number;
  tag: string;
}

/**
 * Hashtags in a text. One ends before the first character that is no part of a tag once it is folded, such as a ligature
 * with blanks in it (U+FDFA) or a fraction.
 */
export function findTags(text: string): TagMark[] {
  return [...text.matchAll(candidates)].flatMap((match): TagMark[] => {
    const body = survivingPart(match.groups?.['body'] ?? '');
    const tag = tagOf(body);
    return tag === null ? [] : [{ start: match.index, end: match.index + 1 + body.length, tag }];
  });
}

/** The folded tag behind what a client asks for, with or without its `#`; null when it cannot be one. */
export function parseTag(given: string): string | null {
  if (given.length > tagLimits.characters * longestCharacter) return null;
  if (given.length <= tagLimits.characters && plainTag.test(given)) return given;
  const body = wholeRun.exec(given.normalize('NFC'))?.groups?.['body'];
  return body === undefined || survivingPart(body) !== body ? null : tagOf(body);
}

/** UTF-16 code units of one character as it may be written before folding. */
const longestCharacter = 8;

/** A letter makes a tag of it: `#1` is a number. A longer run than the limit is a prank. */
function tagOf(body: string): string | null {
  const tag = foldTag(body);
  if (!/\p{L}/u.test(tag) || !isRun.test(tag) || foldTag(tag) !== tag) return null;
  return [...tag].length > tagLimits.characters ? null : tag;
}

const isPart = new RegExp(String.raw`^[\p{L}\p{M}\p{N}_\u00B7\u00AD\u200C\u200D]*$`, 'u');

/** What stands before the first character whose compatibility form is no part of a tag. */
function survivingPart(body: string): string {
  let length = 0;
  for (const character of body) {
    if (!isPart.test(character.normalize('NFKC'))) break;
    length += character.length;
  }
  return beginsWithRun.exec(body.slice(0, length))?.[0] ?? '';
}
