/**
 * Text of which a part may come from a schema, as one line that shows what it holds: it must not start a line of its own
 * (in CI a line can be a command to the runner), drive the terminal or turn its direction round.
 */
export function inLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').replaceAll('##[', '## [');
}
