export { type ArgumentPath, argumentName, badUserInput } from './bad-user-input.ts';
export { type Connection, connectionFrom, type Edge, type PageInfo } from './connection.ts';
export { type CursorCodec, cursorCodec } from './cursor.ts';
export { byId, byPlace, type KeyFormat, type Place } from './key-format.ts';
export {
  decodeId,
  decodeInputId,
  encodeId,
  type Id,
  type IdType,
  idTypes,
  type NotificationId,
  type PasskeyId,
  type PostId,
  type SessionId,
  typeOfId,
  type UserId,
} from './id.ts';
export { decodeTagId, encodeTagId, type NodeType, nodeTypeOf } from './node-id.ts';
export { type Page, pageFrom, pageLimits, type PageArguments } from './page.ts';
export {
  sealedCursorCodec,
  type SealedCursorCodec,
  type SealingKeys,
  sealingWhere,
} from './sealed-cursor.ts';
export { idAt, timeOf } from './time.ts';
