/** Whom an event is for, as its subgraph says: everyone, or the followers of its author. */
export type AudienceKind = 'everyone' | 'followers';

/** Who sees a post alike, by its visibility; null for those who are mentioned: what they see is read as each of them. */
export function audienceOfVisibility(visibility: 'public' | 'followers' | 'mentioned'): AudienceKind | null {
  switch (visibility) {
    case 'public':
      return 'everyone';
    case 'followers':
      return 'followers';
    case 'mentioned':
      return null;
    default:
      return visibility satisfies never;
  }
}

/** What an event's audience token grants an anonymous reader: sight of one entity, as its audience sees it. */
export interface EventGrant {
  /** Id of the entity on the wire, e.g. a post's. */
  readonly entity: string;
  /** Id of who made it. */
  readonly author: string;
  readonly audience: AudienceKind;
}

/** The token's type in its header, so that no other token of the same keys is taken for one. */
export const audienceType = 'event-audience+jwt';

/** Of the keys that sign the audience of events. */
export const audienceKeyLimits = {
  rotateMs: 3_600_000,
  /** Published again this often, each time for a key's life. */
  publishMs: 60_000,
  lifeMs: 600_000,
  /** Keys in one answer: more than there are processes. */
  published: 1_000,
  /** An answer holds for this long, whoever asks. */
  answerForMs: 1_000,
} as const;

export const audienceLimits = {
  /** A token is for what happens now: what waited is read as each viewer. */
  lifeMs: 5_000,
  /** How far the clocks of two services may lie apart. */
  clockSkewMs: 5_000,
  /** Verified tokens that a process remembers. */
  remembered: 1_000,
} as const;
