import { parseInternalKeys } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';

/** Cursors made of true ones with the platform's own keys, as an older or another copy of it would have given them. */
export function createResealed(internalKeys: string) {
  const { open, seal } = createCursorSeal(parseInternalKeys(internalKeys));
  const changed = (sealed: string, change: (text: string) => string) => {
    const text = open(sealed);
    if (text === null) throw new Error('not a cursor of this platform');
    return seal(change(text));
  };
  /** Changes the parts of a place: of the log, sealed apart from whose it is; of an outbox, inside of its position. */
  function withPlace(cursor: string, change: (parts: string[]) => string[]): string {
    const [whole = '', at] = cursor.split('.');
    if (at === undefined)
      return changed(whole, (text) => {
        const [version = '', first = '', ...rest] = text.split('.');
        const [kind = '', ...parts] = Buffer.from(first, 'base64url').toString().split('.');
        const position = Buffer.from([kind, ...change(parts)].join('.')).toString('base64url');
        return [version, position, ...rest].join('.');
      });
    const place = changed(at, (text) => {
      const [log = '', of = '', ...parts] = text.split('.');
      return [log, of, ...change(parts)].join('.');
    });
    return `${whole}.${place}`;
  }
  return {
    /** The same place of another life of the database. */
    ofAnotherIncarnation: (cursor: string) =>
      withPlace(cursor, ([incarnation = '', ...place]) => [
        incarnation.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
        ...place,
      ]),
    /** A place of long ago. */
    ofLongAgo: (cursor: string) =>
      withPlace(cursor, ([incarnation = '', , ...rest]) => [incarnation, '1', ...rest]),
  };
}
