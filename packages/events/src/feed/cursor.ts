/** A place in a feed. Only the feed that made it can read it, and only in the same incarnation. */
export interface FeedPosition {
  /** Names one life of one database: another server, timeline or restored copy is another incarnation. */
  incarnation: string;
  xid: bigint;
  id: bigint;
}

const version = 'f1';

/** The position as it travels and as consumers store it: opaque, versioned, URL-safe. */
export function encodePosition({ incarnation, xid, id }: FeedPosition): string {
  return Buffer.from(`${version}.${incarnation}.${xid}.${id}`).toString('base64url');
}

/** The position behind a cursor, or null when this version did not make it. */
export function decodePosition(cursor: string): FeedPosition | null {
  const text = cursor.length <= 256 ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const parts = /^f1\.([0-9a-f]{16})\.(\d{1,20})\.(\d{1,19})$/.exec(text);
  if (!parts) return null;
  const [, incarnation = '', xid = '', id = ''] = parts;
  return { incarnation, xid: BigInt(xid), id: BigInt(id) };
}

/** Whether `a` stands before `b`, both of one incarnation. */
export function isBefore(a: Pick<FeedPosition, 'xid' | 'id'>, b: Pick<FeedPosition, 'xid' | 'id'>): boolean {
  return a.xid < b.xid || (a.xid === b.xid && a.id < b.id);
}
