/** The inspector prints a default that is not there as 'undefined'; it came or went. */
export function plainWords(message: string): string {
  return message
    .replace(/ changed from '(.*)' to 'undefined'$/s, " was removed; it was '$1'")
    .replace(/ changed from 'undefined' to '(.*)'$/s, " was added: '$1'");
}
