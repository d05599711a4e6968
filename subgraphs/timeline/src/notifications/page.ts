import type { Relationships } from '@murmuration/relationships';
import type { Reads } from '../database/pool.ts';
import type { NotificationKind } from './kinds.ts';
import { type NotificationLimits, notificationLimits } from './limits.ts';
import type { KeptNotification, Notification, UnknownNotification } from './notification.ts';
import { type Preferences, wantedKinds } from './preferences.ts';
import { type Reader, selectNotifications, type Stretch } from './select.ts';
import { seenBy } from './sight.ts';

/** What is shown, or whose sight nobody could decide. */
export type Seen = Notification | UnknownNotification;

export interface NotificationPage {
  /** In the stretch's order, at most as many as were asked for. */
  seen: Seen[];
  /** Where to go on when so much is hidden that the page stays short; null when it is full, or the stretch ended. */
  rest: bigint | null;
}

export interface NotificationPages {
  /** The same rule for a page, for counting and for what is told live: what is hidden is none of it. */
  read(
    viewerId: bigint,
    preferences: Preferences,
    asked: readonly NotificationKind[] | null,
    stretch: Stretch,
    limit: number,
  ): Promise<NotificationPage>;
  /** As the viewer sees them now. */
  see(viewerId: bigint, preferences: Preferences, kept: readonly KeptNotification[]): Promise<Seen[]>;
}

export function readerOf(viewerId: bigint, preferences: Preferences): Reader {
  const followedOnly = wantedKinds(preferences).filter((kind) => preferences.sourceOf(kind) === 'followed');
  return { id: viewerId, followedOnly };
}

export function createNotificationPages(options: {
  reads: Reads;
  relationships: Pick<Relationships, 'read'>;
  limits?: NotificationLimits;
}): NotificationPages {
  const { reads, relationships, limits = notificationLimits } = options;

  async function see(
    viewerId: bigint,
    preferences: Preferences,
    kept: readonly KeptNotification[],
  ): Promise<Seen[]> {
    const people = [...new Set(kept.flatMap(({ actors }) => actors.map(({ id }) => id)))];
    const relations = await relationships.read(viewerId, people);
    const known = new Map(people.map((person, index) => [person, relations[index]]));
    const relationOf = (person: bigint) => known.get(person) ?? new Error('never asked');
    return kept.flatMap((one) => seenBy(viewerId, one, preferences, relationOf) ?? []);
  }

  return {
    see,
    async read(viewerId, preferences, asked, stretch, limit) {
      const kinds = wantedKinds(preferences, asked);
      const reader = readerOf(viewerId, preferences);
      const seen: Seen[] = [];
      let count = limit + limits.pageSpare;
      let at: Stretch = stretch;
      for (let round = 0; round < limits.pageRounds; round++) {
        const { kept, last } = await selectNotifications(reads, reader, kinds, at, count);
        const shown = await see(viewerId, preferences, kept);
        seen.push(...shown);
        // What cannot be decided is not made up for: the page would run through all there is.
        const isDecided = shown.every((one) => !('because' in one));
        if (last === null) return { seen: seen.slice(0, limit), rest: null };
        at = at.order === 'newest' ? { ...at, high: last } : { ...at, low: last };
        if (seen.length >= limit) return { seen: seen.slice(0, limit), rest: null };
        if (!isDecided) break;
        count = Math.min(2 * count, limits.pageCandidates);
      }
      return { seen, rest: at.order === 'newest' ? at.high : at.low };
    },
  };
}
