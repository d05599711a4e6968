/** Overrides make a text read as another one than it is. */
const overrides = /[\u202D\u202E]/u;
const pdf = '\u202C';
const pdi = '\u2069';

export function hasDirectionOverride(text: string): boolean {
  return overrides.test(text);
}

/**
 * Ends what the text's last line leaves open of embeddings and isolates, so that it turns nothing around that is shown after
 * it. Earlier lines end theirs by themselves.
 */
export function closeDirections(text: string): string {
  const open: string[] = [];
  for (const character of text.slice(text.lastIndexOf('\n') + 1)) {
    if (/[\u202A\u202B]/u.test(character)) open.push(pdf);
    else if (/[\u2066-\u2068]/u.test(character)) open.push(pdi);
    else if (character === pdf && open.at(-1) === pdf) open.pop();
    else if (character === pdi && open.includes(pdi)) open.length = open.lastIndexOf(pdi);
  }
  return text + open.reverse().join('');
}
