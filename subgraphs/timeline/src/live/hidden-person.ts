import type { LogKind } from '../log/append.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { LiveEvent } from './live-event.ts';

/** What ends that somebody's posts are shown: a relation of two people, or what became of an account. */
export type HidingKind = Extract<LogKind, 'unfollow' | 'block' | 'mute' | 'private' | 'suspended'>;

const kinds: ReadonlySet<LogKind> = new Set<HidingKind>([
  'unfollow',
  'block',
  'mute',
  'private',
  'suspended',
]);

export function isHiding(event: LogEvent): event is LogEvent & { kind: HidingKind } {
  return kinds.has(event.kind);
}

/** Whom a viewer is to forget by an event that hides somebody from them. Why is not told: others' blocks are theirs. */
export function personHidden(
  event: LogEvent,
  viewerId: bigint,
): Extract<LiveEvent, { type: 'PersonHidden' }> {
  const { authorId, kind, seq, subjectId } = event;
  // A block hides each from the other.
  const isOwn = kind === 'unfollow' || kind === 'mute' || (kind === 'block' && authorId === viewerId);
  return { type: 'PersonHidden', seq, personId: isOwn ? (subjectId ?? 0n) : authorId };
}
