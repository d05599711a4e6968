/**
 * Whether a text shows anything: a letter, digit, sign or symbol that leaves a mark. Characters that Unicode calls
 * ignorable leave none, although some are letters (the Hangul fillers); nor do the two symbols whose very form is blank
 * (the empty Braille cell and the null note head), for which there is no property.
 */
export function showsSomething(text: string): boolean {
  return /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]]/v.test(text);
}
