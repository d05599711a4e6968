import { badUserInput } from './bad-user-input.ts';

export interface CursorCodec {
  encode(key: bigint): string;
  /** @throws GraphQLError `BAD_USER_INPUT` for text that this codec did not make */
  decode(argument: string, cursor: string): bigint;
}

const largest = (1n << 63n) - 1n;

/**
 * Opaque, versioned cursors made of a sort key. `kind` names the order they belong to, so that a cursor of
 * one list is refused by another instead of silently meaning a different place.
 */
export function cursorCodec(kind: string, version = 1): CursorCodec {
  const head = `${kind}.${version}.`;
  return {
    encode: (key) => Buffer.from(head + key.toString(36)).toString('base64url'),
    decode(argument, cursor) {
      const text = cursor.length <= 64 ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
      const key = text.startsWith(head) ? parseBase36(text.slice(head.length)) : null;
      if (key === null) throw badUserInput(argument, `\`${argument}\` is not a cursor of this list.`);
      return key;
    },
  };
}

function parseBase36(text: string): bigint | null {
  if (!/^[0-9a-z]{1,13}$/.test(text)) return null;
  let value = 0n;
  for (const character of text) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return value <= largest ? value : null;
}
