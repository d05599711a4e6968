import type { Member } from '@murmuration/testing';

/** How a viewer stands to an author: what they may be shown, what they must not be, or on the way between the two. */
export type Sight = 'shown' | 'hidden' | 'changing';

interface Span {
  sight: Sight;
  sinceMs: number;
  /** What was asked for. */
  because: string;
}

/** Who may be shown whose posts, and since when, by what was asked for and acknowledged. Times by `performance.now()`. */
export interface Sights {
  set(viewer: Member, author: Member, sight: Sight, because: string): void;
  now(viewerId: string, authorId: string): Sight;
  /** Whether the viewer might be shown the author's posts all the time between the two moments. */
  isShownThroughout(viewerId: string, authorId: string, fromMs: number, toMs: number): boolean;
  /** Since when, and why, the author is hidden at a moment; null when they are not, or nobody can tell. */
  hidden(viewerId: string, authorId: string, atMs: number): Pick<Span, 'sinceMs' | 'because'> | null;
}

/** Without a word everybody is shown, from the beginning on: one object, for spans are told apart by identity. */
const fromTheBeginning: readonly Span[] = [{ sight: 'shown', sinceMs: 0, because: '' }];

export function createSights(): Sights {
  const spans = new Map<string, Span[]>();
  const keyOf = (viewerId: string, authorId: string) => `${viewerId} ${authorId}`;
  const spansOf = (viewerId: string, authorId: string): readonly Span[] =>
    spans.get(keyOf(viewerId, authorId)) ?? fromTheBeginning;
  const spanAt = (viewerId: string, authorId: string, atMs: number) =>
    spansOf(viewerId, authorId).findLast(({ sinceMs }) => sinceMs <= atMs);

  return {
    set({ id: viewerId }, { id: authorId }, sight, because) {
      const span = { sight, because, sinceMs: performance.now() };
      spans.set(keyOf(viewerId, authorId), [...spansOf(viewerId, authorId), span]);
    },
    now: (viewerId, authorId) => spansOf(viewerId, authorId).at(-1)?.sight ?? 'shown',
    isShownThroughout(viewerId, authorId, fromMs, toMs) {
      const first = spanAt(viewerId, authorId, fromMs);
      return first?.sight === 'shown' && first === spanAt(viewerId, authorId, toMs);
    },
    hidden(viewerId, authorId, atMs) {
      const span = spanAt(viewerId, authorId, atMs);
      return span?.sight === 'hidden' ? span : null;
    },
  };
}
