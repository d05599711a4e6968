import { type ArgumentPath, argumentName, badUserInput } from './bad-user-input.ts';

/**
 * Wire prefix by GraphQL type. The prefix routes `node(id)` without a look-up. A viewer has the number of their person, and
 * a prefix of its own: normalised stores of clients know objects by their id alone.
 */
export const idTypes = {
  User: 'usr',
  Viewer: 'vwr',
  Post: 'pst',
  /** The number of the post that the conversation is around. */
  Thread: 'thr',
  Notification: 'ntf',
  Session: 'ses',
  Passkey: 'psk',
  List: 'lst',
} as const;

export type IdType = keyof typeof idTypes;

/** An id in code: the database's 63-bit number, branded with the type it belongs to. */
export type Id<T extends IdType> = bigint & { readonly __type?: T };
export type UserId = Id<'User'>;
export type PostId = Id<'Post'>;
export type NotificationId = Id<'Notification'>;
export type SessionId = Id<'Session'>;
export type PasskeyId = Id<'Passkey'>;
export type ListId = Id<'List'>;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = BigInt(alphabet.length);
/** 62^11 > 2^63: every id has this many characters, so ids of one type sort on the wire as in the database. */
const digits = 11;
const largest = (1n << 63n) - 1n;
const values = new Map([...alphabet].map((character, value) => [character, BigInt(value)]));
const typeOfPrefix = new Map<string, IdType>(
  Object.entries(idTypes).map(([type, prefix]) => [prefix, type as IdType]),
);

/** The id as clients see it: opaque, typed and URL-safe, e.g. `usr_0XkAq2LmN8b`. */
export function encodeId(type: IdType, id: bigint): string {
  let rest = id;
  let text = '';
  for (let index = 0; index < digits; index++) {
    text = alphabet[Number(rest % base)] + text;
    rest /= base;
  }
  return `${idTypes[type]}_${text}`;
}

/** The type that a wire id claims to be of, or null when it is no id at all. */
export function typeOfId(wire: string): IdType | null {
  return wire.length === 4 + digits && wire[3] === '_' ? (typeOfPrefix.get(wire.slice(0, 3)) ?? null) : null;
}

/** The id behind a wire id of the given type, or null when it is malformed or of another type. */
export function decodeId<T extends IdType>(type: T, wire: string): Id<T> | null {
  if (typeOfId(wire) !== type) return null;
  let id = 0n;
  for (let index = 4; index < wire.length; index++) {
    const value = values.get(wire[index] as string);
    if (value === undefined) return null;
    id = id * base + value;
  }
  return id <= largest ? (id as Id<T>) : null;
}

/**
 * Like {@link decodeId} for a query's argument.
 * @throws GraphQLError `BAD_USER_INPUT` naming the argument and what was expected
 */
export function decodeInputId<T extends IdType>(
  type: T,
  argument: string | ArgumentPath,
  wire: string,
): Id<T> {
  const id = decodeId(type, wire);
  if (id !== null) return id;
  const found = typeOfId(wire);
  const because = found && found !== type ? `it is the id of a ${found}` : 'it is malformed';
  throw badUserInput(argument, `\`${argumentName(argument)}\` is not the id of a ${type}: ${because}.`);
}
