/**
 * Letters, digits, marks and underscores of any script, at least one of them a letter; `#1` is a number.
 * At most 64 of them: a longer run is a prank, not a tag.
 */
const body = String.raw`(?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]{1,64}(?![\p{L}\p{M}\p{N}_])`;

/** Hashtags in a text, where no word or address goes on before them. */
export const hashtagPattern = new RegExp(String.raw`(?<![\p{L}\p{M}\p{N}_#/&])#(${body})`, 'gu');

const wholeTag = new RegExp(`^#?(${body})$`, 'u');

/** One spelling for all that look alike: compatibility forms and letter case are gone. */
export function foldTag(tag: string): string {
  return tag.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** The folded tag behind what a client asks for, with or without its `#`; null when it cannot be one. */
export function parseTag(given: string): string | null {
  const tag = wholeTag.exec(given.normalize('NFC'))?.[1];
  return tag === undefined ? null : foldTag(tag);
}
