import { decodeId, type IdType, typeOfId } from './id.ts';

/** What an id may be of: a type whose objects have a number, or hashtags, which are nothing but their text. */
export type NodeType = IdType | 'Hashtag';

const head = 'tag_';
/** UTF-8 bytes of the longest tag there can be. */
const longestTag = 512;

/** The wire id of a hashtag, which is its folded text: opaque, typed and URL-safe like all ids. */
export function encodeTagId(tag: string): string {
  return head + Buffer.from(tag).toString('base64url');
}

/** The text behind a hashtag's wire id, null when it is malformed. Whether it can be a tag is for who folds them to say. */
export function decodeTagId(wire: string): string | null {
  if (!wire.startsWith(head) || wire.length > head.length + longestTag * 2) return null;
  const tag = Buffer.from(wire.slice(head.length), 'base64url').toString();
  // Only what encoding makes: an object has one id.
  return tag !== '' && encodeTagId(tag) === wire ? tag : null;
}

/** The type of a well-formed wire id, or null when it is none. */
export function nodeTypeOf(wire: string): NodeType | null {
  if (decodeTagId(wire) !== null) return 'Hashtag';
  const type = typeOfId(wire);
  return type !== null && decodeId(type, wire) !== null ? type : null;
}
