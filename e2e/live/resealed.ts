import { parseInternalKeys } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';

/** Cursors made of true ones with the platform's own keys, as an older or another copy of it would have given them. */
export function createResealed(internalKeys: string) {
  const { open, seal } = createCursorSeal(parseInternalKeys(internalKeys));
  const changed = (cursor: string, change: (text: string) => string) => {
    const text = open(cursor);
    if (text === null) throw new Error('not a cursor of this platform');
    return seal(change(text));
  };
  /** Changes the parts of a place: of the log, as it stands; of an outbox, inside of its position. */
  function withPlace(text: string, change: (parts: string[]) => string[]): string {
    const [version = '', first = '', ...rest] = text.split('.');
    if (version !== 'o1') return [version, ...change([first, ...rest])].join('.');
    const [kind = '', ...parts] = Buffer.from(first, 'base64url').toString().split('.');
    const position = Buffer.from([kind, ...change(parts)].join('.')).toString('base64url');
    return [version, position, ...rest].join('.');
  }
  return {
    /** The same place of another life of the database. */
    ofAnotherIncarnation: (cursor: string) =>
      changed(cursor, (text) =>
        withPlace(text, ([incarnation = '', ...place]) => [
          incarnation.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
          ...place,
        ]),
      ),
    /** A place of long ago. */
    ofLongAgo: (cursor: string) =>
      changed(cursor, (text) =>
        withPlace(text, ([incarnation = '', , ...rest]) => [incarnation, '1', ...rest]),
      ),
  };
}
