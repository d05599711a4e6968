import { badUserInput } from './bad-user-input.ts';
import { byId, type KeyFormat, largestPart } from './key-format.ts';

export interface CursorCodec<Key = bigint> {
  encode(key: Key): string;
  /** @throws GraphQLError `BAD_USER_INPUT` for text that this codec did not make */
  decode(argument: string, cursor: string): Key;
}

export const cursorLimits = {
  /** Of a cursor that anybody looks at; the longest that is made has some 80. */
  characters: 128,
} as const;

/**
 * Opaque, versioned cursors made of a sort key. `kind` names the order they belong to, so that a cursor of
 * one list is refused by another instead of silently meaning a different place.
 * @param format of the list's keys; ids when left out
 */
export function cursorCodec(kind: string, version?: number): CursorCodec;
export function cursorCodec<Key>(kind: string, version: number, format: KeyFormat<Key>): CursorCodec<Key>;
export function cursorCodec(
  kind: string,
  version = 1,
  format: KeyFormat<unknown> = byId as KeyFormat<unknown>,
): CursorCodec<unknown> {
  const head = `${kind}.${version}.`;
  return {
    encode(key) {
      const text = format.split(key).map((part) => part.toString(36));
      return Buffer.from(head + text.join('.')).toString('base64url');
    },
    decode(argument, cursor) {
      const text =
        cursor.length <= cursorLimits.characters ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
      const parts = text.startsWith(head) ? text.slice(head.length).split('.').map(parseBase36) : [];
      const numbers = parts.filter((part) => part !== null);
      if (numbers.length !== format.parts || parts.length !== format.parts)
        throw badUserInput(argument, `\`${argument}\` is not a cursor of this list.`);
      return format.join(numbers);
    },
  };
}

function parseBase36(text: string): bigint | null {
  if (!/^[0-9a-z]{1,13}$/.test(text)) return null;
  let value = 0n;
  for (const character of text) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return value <= largestPart ? value : null;
}
