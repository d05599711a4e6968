import {
  type CursorCodec,
  type SealedCursorCodec,
  sealedCursorCodec,
  type SealingKeys,
  sealingWhere,
} from '@murmuration/ids';
import type { SeenEntry } from './visible.ts';

/** Places among entries, whose order is that of descending ids. Those at what is hidden, or may be, are sealed. */
export function createHomeCursors(keys: SealingKeys): SealedCursorCodec {
  return sealedCursorCodec('home', keys);
}

export interface HomeEdge {
  cursor: string;
  entry: SeenEntry;
}

/** The edge that a page would have of an entry. */
export function edgeOf(cursors: SealedCursorCodec, entry: SeenEntry): HomeEdge {
  return { cursor: codecOf(cursors, [entry]).encode(entry.id), entry };
}

/** The cursors of some entries: sealed where nobody could say whether the entry may be shown. */
export function codecOf(cursors: SealedCursorCodec, entries: readonly SeenEntry[]): CursorCodec {
  const unknown = new Set(entries.flatMap(({ id, sight }) => (sight === 'unknown' ? [id] : [])));
  return sealingWhere(cursors, (id) => unknown.has(id));
}
